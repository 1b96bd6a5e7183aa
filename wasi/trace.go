package wasi

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// A tracer writes calls down. It is used by all threads of a guest.
type tracer struct {
	mu sync.Mutex
	w  io.Writer
}

// line writes a line, in one piece. A writer that fails is not told to anybody: the guest must not notice.
func (t *tracer) line(s string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = io.WriteString(t.w, s+"\n")
}

func (t *tracer) exit(code uint32) { t.line(fmt.Sprintf("proc_exit(code=%d)", code)) }

// parameters names those of each function. What begins with > is where an i32 or, with >>, an i64 is written if the
// call succeeds; a path is followed by its length.
var parameters = map[string]string{
	"args_get":                "argv argv_buf",
	"args_sizes_get":          ">argc >argv_buf_size",
	"environ_get":             "environ environ_buf",
	"environ_sizes_get":       ">count >buf_size",
	"clock_res_get":           "id >>resolution",
	"clock_time_get":          "id precision >>time",
	"fd_advise":               "fd offset len advice",
	"fd_allocate":             "fd offset len",
	"fd_close":                "fd",
	"fd_datasync":             "fd",
	"fd_fdstat_get":           "fd stat",
	"fd_fdstat_set_flags":     "fd flags",
	"fd_fdstat_set_rights":    "fd base inheriting",
	"fd_filestat_get":         "fd stat",
	"fd_filestat_set_size":    "fd size",
	"fd_filestat_set_times":   "fd atim mtim fst_flags",
	"fd_pread":                "fd iovs iovs_len offset >nread",
	"fd_prestat_get":          "fd prestat",
	"fd_prestat_dir_name":     "fd buf buf_len",
	"fd_pwrite":               "fd iovs iovs_len offset >nwritten",
	"fd_read":                 "fd iovs iovs_len >nread",
	"fd_readdir":              "fd buf buf_len cookie >bufused",
	"fd_renumber":             "fd to",
	"fd_seek":                 "fd offset whence >>newoffset",
	"fd_sync":                 "fd",
	"fd_tell":                 "fd >>offset",
	"fd_write":                "fd iovs iovs_len >nwritten",
	"path_create_directory":   "fd path len",
	"path_filestat_get":       "fd flags path len stat",
	"path_filestat_set_times": "fd flags path len atim mtim fst_flags",
	"path_link":               "old_fd old_flags old_path len new_fd new_path len",
	"path_open":               "fd dirflags path len oflags base inheriting fdflags >opened",
	"path_readlink":           "fd path len buf buf_len >bufused",
	"path_remove_directory":   "fd path len",
	"path_rename":             "fd old_path len new_fd new_path len",
	"path_symlink":            "old_path len fd new_path len",
	"path_unlink_file":        "fd path len",
	"poll_oneoff":             "in out nsubscriptions >nevents",
	"proc_raise":              "sig",
	"random_get":              "buf buf_len",
	"sched_yield":             "",
	"sock_accept":             "fd flags >accepted",
	"sock_recv":               "fd ri_data ri_data_len ri_flags >ro_datalen ro_flags",
	"sock_send":               "fd si_data si_data_len si_flags >so_datalen",
	"sock_shutdown":           "fd how",
}

// traced returns the call of a function that writes itself down. One that parks its thread is written when it is done.
func traced(to *tracer, f function) func(*thread, []uint64) Errno {
	names := strings.Fields(parameters[f.name])
	return func(t *thread, a []uint64) Errno {
		text := t.callText(f, names, a)
		args := [16]uint64{}
		copy(args[:], a) // the call may use its slots for something else
		errno := f.call(t, a)
		if errno != eParks {
			to.line(text + " = " + errno.name() + t.resultText(errno, names, args[:]))
		}
		return errno
	}
}

// callText shows a call with its arguments: addresses and rights in hexadecimal, paths as strings.
func (t *thread) callText(f function, names []string, a []uint64) string {
	var parts []string
	for i := 0; i < len(names); i++ {
		switch name := names[i]; {
		case strings.HasPrefix(name, ">"):
		case strings.HasSuffix(name, "path"):
			i++ // its length
			shown := fmt.Sprintf("%#x", a[i-1])
			if b, errno := t.bytes(a[i-1], a[i]); errno == success {
				shown = strconv.Quote(string(b[:min(len(b), maxShown)]))
			}
			parts = append(parts, name+"="+shown)
		case isAddress(name):
			parts = append(parts, fmt.Sprintf("%s=%#x", name, a[i]))
		case f.params[i] == 'I':
			parts = append(parts, fmt.Sprintf("%s=%d", name, int64(a[i])))
		default:
			parts = append(parts, fmt.Sprintf("%s=%d", name, int32(a[i])))
		}
	}
	return f.name + "(" + strings.Join(parts, ", ") + ")"
}

// maxShown is how many bytes of a path are shown.
const maxShown = 4096

// isAddress reports whether a parameter is an address, or bits.
func isAddress(name string) bool {
	switch name {
	case "iovs", "buf", "argv", "argv_buf", "environ", "environ_buf", "stat", "prestat", "in", "out", "ri_data", "si_data",
		"ro_flags", "base", "inheriting":
		return true
	}
	return false
}

// resultText shows what a call that has succeeded has told.
func (t *thread) resultText(errno Errno, names []string, a []uint64) (text string) {
	if errno != success {
		return ""
	}
	for i, name := range names {
		wide := strings.HasPrefix(name, ">>")
		size := uint64(4)
		if wide {
			size = 8
		}
		b, errno := t.bytes(a[i], size)
		switch {
		case !strings.HasPrefix(name, ">") || errno != success:
		case wide:
			text += fmt.Sprintf(", %s=%d", name[2:], binary.LittleEndian.Uint64(b))
		default:
			text += fmt.Sprintf(", %s=%d", name[1:], binary.LittleEndian.Uint32(b))
		}
	}
	return text
}

// errnoNames are those of the interface.
var errnoNames = map[Errno]string{success: "success", eAcces: "EACCES", eAgain: "EAGAIN", eBadF: "EBADF", eBusy: "EBUSY",
	eConnReset: "ECONNRESET", eExist: "EEXIST", eFault: "EFAULT", eFBig: "EFBIG", eIlSeq: "EILSEQ", eIntr: "EINTR",
	eInval: "EINVAL", eIO: "EIO", eIsDir: "EISDIR", eLoop: "ELOOP", eMFile: "EMFILE", eMLink: "EMLINK",
	eNameLong: "ENAMETOOLONG", eNFile: "ENFILE", eNoEnt: "ENOENT", eNoMem: "ENOMEM", eNoSpc: "ENOSPC", eNoSys: "ENOSYS",
	eNotConn: "ENOTCONN", eNotDir: "ENOTDIR", eNotEmpty: "ENOTEMPTY", eNotSock: "ENOTSOCK", eNXIO: "ENXIO",
	ePipe: "EPIPE", eTxtBsy: "ETXTBSY", eXDev: "EXDEV", eNotCapable: "ENOTCAPABLE", eNotSup: "ENOTSUP", ePerm: "EPERM", eROFS: "EROFS", eSPipe: "ESPIPE"}

// name returns the name of an errno, or its number.
func (e Errno) name() string {
	if name := errnoNames[e]; name != "" {
		return name
	}
	return fmt.Sprintf("errno %d", uint32(e))
}
