package wasi

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// A device is a file of the host that is not regular: a device, a pipe.
type device struct {
	input
	fileWriter
}

func newDevice(f *os.File) *device { return &device{newInput(f), newFileWriter(f)} }

func (d *device) write(t *thread, b []byte, _ bool) (int, error) { return d.fileWriter.write(t, b) }

func (d *device) close() error {
	d.fileWriter.close()
	return errors.Join(d.input.close(), d.file.Close())
}

// A fileWriter writes to a file of the host that may have to wait.
type fileWriter struct {
	file *os.File
	room watcher // nil if it need not wait, or nobody knows
}

func newFileWriter(f *os.File) fileWriter {
	const mayWait = os.ModeNamedPipe | os.ModeSocket | os.ModeCharDevice
	if info, err := f.Stat(); err != nil || info.Mode()&mayWait == 0 {
		return fileWriter{file: f}
	}
	return fileWriter{f, newWriteWatch(f)}
}

func (w *fileWriter) write(t *thread, b []byte) (total int, err error) {
	if w.room == nil || t.isAlone() {
		return writeInterruptibly(t.ctx, w.file, b)
	}
	for len(b) > 0 && err == nil {
		var n int
		n, err = try(t, w.room, true, func() (int, error) { return w.room.write(b) })
		total, b = total+n, b[n:]
	}
	if errors.Is(err, syscall.EPIPE) {
		_, err = w.file.Write(b) // which ends the process if it is its standard output
	}
	return total, err
}

func (w *fileWriter) close() {
	if w.room != nil {
		w.room.close()
	}
}

// openPipe opens a named pipe: a green thread in a goroutine.
func (t *thread) openPipe(flags int, open func(flags int) (*os.File, error)) (*os.File, error) {
	if t.call == nil {
		return openPipe(t.ctx, flags, open)
	}
	return background(t, &t.call.green.opening, func(ctx context.Context) (*os.File, error) {
		return openPipe(ctx, flags, open)
	})
}

// openPipe opens a named pipe, which waits until somebody has opened the other
// end. If the context ends meanwhile, that is done here.
func openPipe(ctx context.Context, flags int, open func(flags int) (*os.File, error)) (*os.File, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := open(flags)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.file, o.err
	case <-ctx.Done():
	}
	other := os.O_WRONLY
	if flags&os.O_WRONLY != 0 {
		other = os.O_RDONLY
	}
	// The other open may not have begun to wait, or the name be that of another pipe
	// now, in which case its goroutine waits on.
	for range 100 {
		partner, failed := open(other | openNonblock)
		ended := false
		select {
		case o := <-done:
			ended = true
			if o.err == nil {
				_ = o.file.Close()
			}
		case <-time.After(time.Millisecond):
		}
		if failed == nil {
			_ = partner.Close()
		}
		if ended {
			break
		}
	}
	return nil, eIntr
}

// writeInterruptibly writes to a file until the context ends, if it is one for
// which Go waits: pipes and terminals are, if they were opened for that.
func writeInterruptibly(ctx context.Context, f *os.File, b []byte) (int, error) {
	if ctx.Done() == nil {
		return f.Write(b)
	}
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = f.SetWriteDeadline(time.Unix(1, 0)) // without deadlines the write goes on
		close(fired)
	})
	n, err := writePieces(ctx, f, b)
	if !stop() {
		<-fired
		_ = f.SetWriteDeadline(time.Time{})
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = eIntr
	}
	return n, err
}

func writePieces(ctx context.Context, f *os.File, b []byte) (total int, err error) {
	for len(b) > 0 && err == nil && ctx.Err() == nil {
		var n int
		n, err = f.Write(b[:min(len(b), pieceSize)])
		total, b = total+n, b[n:]
	}
	if len(b) > 0 && err == nil {
		err = eIntr
	}
	return total, err
}
