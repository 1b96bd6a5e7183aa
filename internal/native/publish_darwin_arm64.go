package native

// cacheLines returns what no cache of these processors is below.
func cacheLines() (data, instructions uintptr) { return 64, 64 }

func entrySynchronizes() bool { return true }

func synchronizeThreads() {}

// codeIsCopied: see publish_linux_arm64.go.
const codeIsCopied = false
