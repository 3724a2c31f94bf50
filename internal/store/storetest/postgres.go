//go:build unix

package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is the PostgreSQL of this test process: the one that JACKFIELD_TEST_POSTGRES names, or a private one that is
// started when the first test wants it and ends with the process, however that ends.
var cluster = sync.OnceValues(func() (string, error) {
	if given := os.Getenv("JACKFIELD_TEST_POSTGRES"); given != "" {
		return given, nil
	}
	return startCluster()
})

var databases atomic.Int64

// held is the input of the shell that holds the cluster. It must stay reachable: its end is the cluster's.
var held io.WriteCloser //nolint:unused // held is its use

// errNoPostgres means that this machine has no PostgreSQL and none may be installed.
var errNoPostgres = errors.New("no PostgreSQL found: install it, or set JACKFIELD_TEST_POSTGRES")

// PostgresURL makes an empty database and returns its address. Without any PostgreSQL the test is skipped with one
// loud line, or fails when CI is set.
func PostgresURL(t testing.TB) string {
	t.Helper()
	address, err := cluster()
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") == "" {
		fmt.Fprintln(os.Stderr, "NOT TESTED ON POSTGRESQL:", err)
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("jackfield_test_%d_%d", os.Getpid(), databases.Add(1))
	administer(t, address, "CREATE DATABASE "+name)
	t.Cleanup(func() { administer(t, address, "DROP DATABASE "+name+" WITH (FORCE)") })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("JACKFIELD_TEST_POSTGRES is no address")
	}
	u.Path = "/" + name
	return u.String()
}

func administer(t testing.TB, address, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	connection, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	_, err = connection.Exec(ctx, statement)
	if err = errors.Join(err, connection.Close(ctx)); err != nil {
		t.Fatal(err)
	}
}

// startCluster makes a cluster in a temporary folder and starts it. A shell holds it: it waits for the end of its
// input, which comes when this process ends, then stops the server and removes the folder.
func startCluster() (string, error) {
	binaries, err := findBinaries()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "jackfield-postgres-")
	if err != nil {
		return "", err
	}
	credential, err := unprivileged(folder)
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	const script = `set -e
"$1/initdb" -D "$2/data" -U jackfield -A trust -E UTF8 --locale=C --no-sync >"$2/log" 2>&1
"$1/postgres" -D "$2/data" -k "$2" -p "$3" -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off \
  -c synchronous_commit=off -c max_connections=300 -c shared_buffers=32MB >>"$2/log" 2>&1 &
server=$!
trap '' INT HUP TERM
read -r _ || true
kill -QUIT "$server"; wait "$server" || true
cd /; rm -rf "$2"`
	shell := exec.Command("sh", "-c", script, "sh", binaries, folder, strconv.Itoa(port))
	shell.Dir = folder
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	shell.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setpgid: true}
	if held, err = shell.StdinPipe(); err != nil {
		return "", err
	}
	if err := shell.Start(); err != nil {
		return "", err
	}
	address := fmt.Sprintf("postgres://jackfield@127.0.0.1:%d/postgres?sslmode=disable", port)
	return address, awaitCluster(address, filepath.Join(folder, "log"))
}

func awaitCluster(address, log string) error {
	var last error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		connection, err := pgx.Connect(ctx, address)
		if err == nil {
			err = connection.Close(ctx)
			cancel()
			return err
		}
		cancel()
		last = err
		<-time.After(50 * time.Millisecond) // there is no signal to wait for: another process gets ready
	}
	said, err := os.ReadFile(log)
	return errors.Join(fmt.Errorf("the test cluster does not start: %s", said), last, err)
}

// findBinaries is the folder of initdb and postgres. Where there is none and we may, they are installed.
func findBinaries() (string, error) {
	if folder := lookBinaries(); folder != "" {
		return folder, nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getuid() != 0 {
		return "", errNoPostgres
	}
	for _, arguments := range [][]string{{"update", "-q"}, {"install", "-q", "-y", "--no-install-recommends", "postgresql"}} {
		install := exec.Command("apt-get", arguments...)
		install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if said, err := install.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%w (apt-get %s: %s)", errNoPostgres, arguments[0], said)
		}
	}
	if folder := lookBinaries(); folder != "" {
		return folder, nil
	}
	return "", errNoPostgres
}

// lookBinaries prefers Debian's folders, newest version first: a command on the path may be a wrapper.
func lookBinaries() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err == nil && len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
		return filepath.Dir(found[0])
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			if _, err := os.Stat(filepath.Join(filepath.Dir(real), "postgres")); err == nil {
				return filepath.Dir(real)
			}
		}
	}
	return ""
}

func version(path string) int {
	n, err := strconv.Atoi(strings.Split(path, "/")[4])
	if err != nil {
		return 0
	}
	return n
}

// unprivileged is the user that a cluster runs as when we are root, which PostgreSQL refuses to be. The folder is
// given to it.
func unprivileged(folder string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2, os.Chown(folder, uid, gid)); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("there is no unprivileged user to run PostgreSQL as")
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}
