package database

import (
	"crypto/sha256"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"jackfield/internal/ceql"
	"jackfield/internal/fault"
)

// address is a database that a source names, read and checked.
type address struct {
	dialect  ceql.SQLDialect
	host     string // PostgreSQL
	port     uint16
	name     string // of the database
	username string
	password string
	tls      string // sslmode
	schema   string // search_path, "" = the server's
	path     string // SQLite: the file as the source names it
}

// key tells pools apart. It is a hash, so that no password is kept twice.
func (a *address) key() [sha256.Size]byte {
	var text strings.Builder
	for _, part := range []string{strconv.Itoa(int(a.dialect)), a.host, strconv.Itoa(int(a.port)), a.name, a.username, a.password, a.tls, a.schema, a.path} {
		text.WriteString(strconv.Itoa(len(part)) + ":" + part)
	}
	return sha256.Sum256([]byte(text.String()))
}

// label names the database in messages.
func (a *address) label() string {
	if a.dialect == ceql.SQLite {
		return "the database " + filepath.Base(a.path)
	}
	return "the database " + a.name + " at " + net.JoinHostPort(a.host, strconv.Itoa(int(a.port)))
}

// Ways to ask for TLS, and how safe each is against a party in between: allow and prefer not at all, require against
// listeners, the others against all.
var tlsModes = map[string]bool{"disable": true, "allow": true, "prefer": true, "require": true, "verify-ca": true, "verify-full": true}

// parseSource reads the address of a database. What it says in errors never holds the address, which may hold a password.
func parseSource(s Source) (*address, error) {
	text := strings.TrimSpace(s.URL)
	lower := strings.ToLower(text)
	var (
		a   *address
		err error
	)
	switch {
	case strings.HasPrefix(lower, "jdbc:sqlite:"):
		a, err = parseSQLite(text[len("jdbc:sqlite:"):])
	case strings.HasPrefix(lower, "jdbc:postgresql:"):
		a, err = parsePostgres(text[len("jdbc:postgresql:"):])
	case strings.HasPrefix(lower, "postgresql:"), strings.HasPrefix(lower, "postgres:"):
		a, err = parsePostgres(text[strings.IndexByte(text, ':')+1:])
	default:
		return nil, Unsupported()
	}
	if err != nil {
		return nil, err
	}
	if s.Username != "" {
		a.username = s.Username
	}
	if s.Password != "" {
		a.password = s.Password
	}
	if strings.ContainsRune(a.username+a.password+a.name+a.schema, 0) {
		return nil, fault.New(fault.Invalid, "username, password and database must not have zero bytes")
	}
	return a, checkDriver(a, s.Driver)
}

// checkDriver refuses the driver of another database: one of the two is a mistake.
func checkDriver(a *address, class string) error {
	want, kind := "org.postgresql.Driver", "PostgreSQL"
	if a.dialect == ceql.SQLite {
		want, kind = "org.sqlite.JDBC", "SQLite"
	}
	if class = strings.TrimSpace(class); class != "" && class != want {
		return fault.New(fault.Invalid, "jdbc.driver.classname %q does not fit base.url, which is an address of %s: set %s, or nothing", class, kind, want)
	}
	return nil
}

// parsePostgres reads what stands behind the scheme.
func parsePostgres(rest string) (*address, error) {
	if !strings.HasPrefix(rest, "//") {
		return nil, fault.New(fault.Invalid, "base.url must name host and database: jdbc:postgresql://host:port/database")
	}
	u, err := url.Parse("postgresql:" + rest)
	if err != nil { // the error repeats the address
		return nil, fault.New(fault.Invalid, "base.url is not valid: write jdbc:postgresql://host:port/database and percent-encode other characters")
	}
	if strings.Contains(u.Host, ",") {
		return nil, fault.New(fault.Invalid, "base.url names several hosts: name one")
	}
	query := u.Query()
	a := &address{dialect: ceql.PostgreSQL, host: u.Hostname(), port: 5432, name: strings.TrimPrefix(u.Path, "/"), tls: "prefer"}
	if text := u.Port(); text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 {
			return nil, fault.New(fault.Invalid, "base.url has the port %q, which is not between 1 and 65535", text)
		}
		a.port = uint16(port)
	}
	if a.host == "" || a.name == "" || strings.ContainsAny(a.host, "/\\ %") {
		return nil, fault.New(fault.Invalid, "base.url must name host and database: jdbc:postgresql://host:port/database")
	}
	if u.User != nil {
		a.username = u.User.Username()
		a.password, _ = u.User.Password()
	}
	if user := query.Get("user"); user != "" {
		a.username = user
	}
	if password := query.Get("password"); password != "" {
		a.password = password
	}
	switch mode := strings.ToLower(query.Get("sslmode")); {
	case tlsModes[mode]:
		a.tls = mode
	case mode != "":
		return nil, fault.New(fault.Invalid, "sslmode %q of base.url is not known: write disable, allow, prefer, require, verify-ca or verify-full", mode)
	case query.Has("ssl") && query.Get("ssl") != "false": // JDBC's switch
		a.tls = "verify-full"
	}
	a.schema = query.Get("currentSchema")
	return a, nil
}

// parseSQLite reads a path. Options behind a question mark could open what must stay closed.
func parseSQLite(path string) (*address, error) {
	switch {
	case path == "" || strings.HasPrefix(path, ":"):
		return nil, fault.New(fault.Invalid, "base.url must name a file: jdbc:sqlite:shop.db")
	case strings.HasPrefix(strings.ToLower(path), "file:") || strings.ContainsAny(path, "?#\x00"):
		return nil, fault.New(fault.Invalid, "base.url must name a file and no options: jdbc:sqlite:shop.db")
	}
	return &address{dialect: ceql.SQLite, path: path}, nil
}
