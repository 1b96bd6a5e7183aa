// A program that uses what WASI has.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func main() {
	if os.Args[1] == "panic" {
		panic("on purpose")
	}
	if os.Args[1] == "read" {
		for _, name := range os.Args[2:] {
			b, err := os.ReadFile(name)
			fmt.Println(name, string(b), err)
		}
		return
	}
	fmt.Println("arguments", os.Args)
	fmt.Println("environment", os.Environ())
	for s := bufio.NewScanner(os.Stdin); s.Scan(); {
		fmt.Println("input", s.Text())
	}
	files()
	goroutines()
	_, err := os.ReadFile("/data/escape")
	fmt.Println("escape", err != nil)
	_, err = os.ReadFile("/data/../outside")
	fmt.Println("outside", err != nil)
	_, err = os.ReadFile("/data/none")
	fmt.Println("none", errors.Is(err, fs.ErrNotExist))
	os.Exit(7)
}

func files() {
	check(os.MkdirAll("/data/a/b", 0o755))
	check(os.WriteFile("/data/a/b/file", []byte("one\n"), 0o644))
	f, err := os.OpenFile("/data/a/b/file", os.O_APPEND|os.O_WRONLY, 0)
	check(err)
	_, err = f.WriteString("two\n")
	check(err)
	check(f.Close())
	check(os.Rename("/data/a/b/file", "/data/a/moved"))
	check(os.Symlink("moved", "/data/a/link"))
	b, err := os.ReadFile("/data/a/link")
	check(err)
	fmt.Printf("content %q\n", b)
	when := time.Unix(1_000_000_000, 0)
	check(os.Chtimes("/data/a/moved", when, when))
	info, err := os.Stat("/data/a/moved")
	check(err)
	fmt.Println("size", info.Size(), info.ModTime().UTC().Format(time.RFC3339))
	check(os.Truncate("/data/a/moved", 3))
	check(filepath.WalkDir("/data/a", func(path string, d fs.DirEntry, err error) error {
		fmt.Println("walk", path, d.Type())
		return err
	}))
	check(os.RemoveAll("/data/a"))
	entries, err := os.ReadDir("/data")
	check(err)
	fmt.Println("left", len(entries))
}

func goroutines() {
	start := time.Now()
	var group sync.WaitGroup
	sum := make(chan int, 10)
	for i := range 10 {
		group.Go(func() {
			time.Sleep(time.Duration(i) * time.Millisecond)
			sum <- i
		})
	}
	group.Wait()
	close(sum)
	total := 0
	for i := range sum {
		total += i
	}
	fmt.Println("sum", total, time.Since(start) >= 9*time.Millisecond)
}
