package sandbox

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// confine takes away what a worker does not need: files that the server was started with, writing any file, leaving a
// core, and opening more than next to nothing. Failures do not matter: the machine inside has no way to any of it, this
// is the second fence.
func confine() {
	closeInherited()
	for resource, most := range map[int]uint64{unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 16} {
		_ = unix.Setrlimit(resource, &unix.Rlimit{Cur: most, Max: most})
	}
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}

// closeInherited closes what the server's own parent left open for its children: all that Go opens is marked to be
// closed in children, and is therefore not inherited but the runtime's own.
func closeInherited() {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return
	}
	for _, file := range files {
		fd, err := strconv.Atoi(file.Name())
		if err != nil || fd <= 2 {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			_ = unix.Close(fd)
		}
	}
}

// renounce makes what this thread starts unable to gain rights. A worker could do that only for one of its threads.
func renounce() { _ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }

// attach makes a worker end with the thread that starts it, and keeps it out of the terminal's Ctrl-C, which the parent
// handles.
func attach(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
