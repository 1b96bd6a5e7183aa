package wasi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// An Errno is the result of a WASI function.
type Errno uint32

// The results that occur.
const (
	success     Errno = 0
	eAcces      Errno = 2
	eAgain      Errno = 6
	eBadF       Errno = 8
	eBusy       Errno = 10
	eConnReset  Errno = 15
	eExist      Errno = 20
	eFault      Errno = 21
	eFBig       Errno = 22
	eIlSeq      Errno = 25
	eIntr       Errno = 27
	eInval      Errno = 28
	eIO         Errno = 29
	eIsDir      Errno = 31
	eLoop       Errno = 32
	eMFile      Errno = 33
	eMLink      Errno = 34
	eNameLong   Errno = 37
	eNFile      Errno = 41
	eNoEnt      Errno = 44
	eNoMem      Errno = 48
	eNoSpc      Errno = 51
	eNoSys      Errno = 52
	eNotConn    Errno = 53
	eNotDir     Errno = 54
	eNotEmpty   Errno = 55
	eNotSock    Errno = 57
	eNotSup     Errno = 58
	eNXIO       Errno = 60
	ePerm       Errno = 63
	ePipe       Errno = 64
	eROFS       Errno = 69
	eSPipe      Errno = 70
	eTxtBsy     Errno = 74
	eXDev       Errno = 75
	eNotCapable Errno = 76
)

func (e Errno) Error() string { return fmt.Sprintf("wasi errno %d", uint32(e)) }

// systemErrors pairs errors of the host's system with results.
var systemErrors = [...]struct {
	host  syscall.Errno
	guest Errno
}{
	{syscall.ENOENT, eNoEnt}, {syscall.EEXIST, eExist}, {syscall.EISDIR, eIsDir}, {syscall.ENOTDIR, eNotDir},
	{syscall.ENOTEMPTY, eNotEmpty}, {syscall.EPERM, ePerm}, {syscall.EACCES, eAcces}, {syscall.EINVAL, eInval},
	{syscall.EBADF, eBadF}, {syscall.ELOOP, eLoop}, {syscall.EAGAIN, eAgain}, {syscall.EXDEV, eXDev},
	{syscall.EROFS, eROFS}, {syscall.ENOSPC, eNoSpc}, {syscall.ENAMETOOLONG, eNameLong}, {syscall.EBUSY, eBusy},
	{syscall.EINTR, eIntr}, {syscall.EIO, eIO}, {syscall.EFBIG, eFBig}, {syscall.EMFILE, eMFile}, {syscall.ENFILE, eNFile},
	{syscall.EMLINK, eMLink}, {syscall.ENOMEM, eNoMem}, {syscall.ENOSYS, eNoSys}, {syscall.ENOTSUP, eNotSup},
	{syscall.ENXIO, eNXIO}, {syscall.EPIPE, ePipe}, {syscall.ESPIPE, eSPipe}, {syscall.ETXTBSY, eTxtBsy},
	{syscall.ECONNRESET, eConnReset}, {syscall.ENOTCONN, eNotConn},
}

// generalErrors are looked at when the system's own do not decide.
var generalErrors = [...]struct {
	host  error
	guest Errno
}{
	{fs.ErrNotExist, eNoEnt}, {fs.ErrExist, eExist}, {fs.ErrPermission, eAcces}, {fs.ErrInvalid, eInval},
	{fs.ErrClosed, eBadF}, {net.ErrClosed, eBadF}, {os.ErrDeadlineExceeded, eAgain}, {context.Canceled, eIntr},
	{errors.ErrUnsupported, eNotSup},
}

// escapes is what os.Root says about a path that would leave the directory. It
// has no error value for that.
const escapes = "path escapes from parent"

// errnoOf returns the result that says best what a host's error does.
func errnoOf(err error) Errno {
	if err == nil {
		return success
	}
	var errno Errno
	if errors.As(err, &errno) {
		return errno
	}
	var system syscall.Errno
	if errors.As(err, &system) {
		for _, e := range systemErrors {
			if e.host == system {
				return e.guest
			}
		}
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Err.Error() == escapes {
		return ePerm
	}
	var link *os.LinkError
	if errors.As(err, &link) && link.Err.Error() == escapes {
		return ePerm
	}
	for _, e := range generalErrors {
		if errors.Is(err, e.host) {
			return e.guest
		}
	}
	return eIO
}
