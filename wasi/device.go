package wasi

import (
	"context"
	"errors"
	"os"
	"time"
)

// A device is a file of the host that is not regular: a device, a pipe.
type device struct {
	input
	file *os.File
}

func (d *device) write(ctx context.Context, b []byte) (int, error) {
	return writeInterruptibly(ctx, d.file, b)
}

func (d *device) close() error { return errors.Join(d.input.close(), d.file.Close()) }

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
