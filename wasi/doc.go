// Package wasi gives guests the system interface WASI preview 1: the functions of
// the import module wasi_snapshot_preview1, all 46 of them, and the threads of the
// import module wasi.
//
//	config := wasi.NewConfig().
//		WithArgs("prog", "-v").
//		WithStdout(os.Stdout).
//		WithDir("/data", root)            // an os.Root: no path leaves it
//	system, err := config.Define(linker)  // a System is what a process is
//	defer system.Close()
//	instance, err := linker.Instantiate(ctx, module)
//	err = system.Start(ctx, instance)     // an *weft.ExitError if the code is not 0
//
// A guest reaches nothing that its [Config] does not give it. Directories are
// those of an [os.Root], whose rules hold for every path, or any [io/fs.FS]. Time and
// randomness come through [Clock] and [io.Reader]; with [NewVirtualClock] and
// [SeededRandom] a run can be repeated.
//
// A function finds the memory of its caller as the interface demands: it is what
// the calling instance exports as "memory". Every address is checked, and a
// wrong one is answered with EFAULT, never a trap.
//
// The end of the context interrupts reads that wait, polls and sleeps; writes only
// where the connection can be told to stop.
//
// A System's use of the host is bounded: by [Config.WithMaxDescriptors] and
// [Config.WithThreads], and by 64 MiB for the listings of directories that are being read.
// The readers, writers, clocks and file systems of a Config must not call the guest.
//
// Rights are handled leniently, as other runtimes do: they are reported and can be
// dropped, but only those to read and to write, also by truncating, are demanded. What a guest may do is
// decided by what it was given.
package wasi
