package database

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"jackfield/internal/fault"
)

// cancelTime is how long a cancelled statement has to end before its connection is given up.
const cancelTime = 2 * time.Second

// postgres is one database of PostgreSQL with one user.
type postgres struct{ pool *pgxpool.Pool }

func openPostgres(a *address, dial pgconn.DialFunc) (*postgres, error) {
	// Everything that the environment of this process could say is replaced below: it is about our own database.
	conf, err := pgxpool.ParseConfig("host=localhost port=5432 user=nobody password=none dbname=none sslmode=disable sslcertmode=disable passfile=''")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the settings of a connection cannot be made")
	}
	conf.MaxConns, conf.MinConns, conf.MinIdleConns = MaxConnections, 0, 0
	conf.MaxConnIdleTime, conf.HealthCheckPeriod = MaxIdle, MaxIdle/2

	c := &conf.ConnConfig.Config
	c.Host, c.Port, c.Database, c.User, c.Password = a.host, a.port, a.name, a.username, a.password
	c.TLSConfig, c.Fallbacks = a.transport()
	c.SSLNegotiation, c.RequireAuth, c.ChannelBinding = "postgres", "", "prefer"
	c.ValidateConnect = nil
	c.ConnectTimeout = ConnectTimeout
	c.DialFunc = dial
	c.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil } // the dialer looks up, and judges
	c.MaxProtocolMessageBodyLen = MaxAnswer
	c.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		// The server must not go on with a statement that nobody waits for.
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelTime}
	}
	// Poolers in front of a server know these five, and few others.
	c.RuntimeParams = map[string]string{
		"application_name": "Jackfield", "client_encoding": "UTF8", "DateStyle": "ISO", "TimeZone": "UTC", "standard_conforming_strings": "on",
	}
	if a.schema != "" {
		c.RuntimeParams["search_path"] = a.schema
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), conf)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "a pool of connections cannot be made")
	}
	return &postgres{pool}, nil
}

// transport is how the connection is encrypted, and what is tried when that fails.
func (a *address) transport() (*tls.Config, []*pgconn.FallbackConfig) {
	open := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: a.host, InsecureSkipVerify: true} //nolint:gosec // what these modes mean
	switch a.tls {
	case "disable":
		return nil, nil
	case "allow":
		return nil, []*pgconn.FallbackConfig{{Host: a.host, Port: a.port, TLSConfig: open}}
	case "prefer":
		return open, []*pgconn.FallbackConfig{{Host: a.host, Port: a.port}}
	case "require":
		return open, nil
	case "verify-ca":
		open.VerifyConnection = verifyAuthority
		return open, nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: a.host}, nil
}

// verifyAuthority checks who signed the certificate, and not whom it names.
func verifyAuthority(s tls.ConnectionState) error {
	if len(s.PeerCertificates) == 0 {
		return errors.New("the server showed no certificate")
	}
	options := x509.VerifyOptions{Intermediates: x509.NewCertPool()}
	for _, between := range s.PeerCertificates[1:] {
		options.Intermediates.AddCert(between)
	}
	_, err := s.PeerCertificates[0].Verify(options)
	return err
}

// run sends the statement in the extended protocol, which takes one statement and no more. All values go and come as text.
func (p *postgres) run(ctx context.Context, st *prepared) (*Result, error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	values := make([][]byte, len(st.args))
	for i, arg := range st.args {
		if text, ok := arg.(string); ok {
			values[i] = []byte(text)
		}
	}
	reader := conn.Conn().PgConn().ExecParams(ctx, st.text, values, nil, nil, nil)
	result, err := readPostgres(reader, st)
	tag, closed := reader.Close()
	switch {
	case closed != nil:
		return nil, closed
	case err != nil:
		return nil, err
	case result == nil: // no columns: nothing was asked for
		return &Result{Body: counted(tag.RowsAffected()), Count: tag.RowsAffected()}, nil
	}
	return result, nil
}

// readPostgres makes the answer of the rows, nil when the statement has no columns.
func readPostgres(reader *pgconn.ResultReader, st *prepared) (*Result, error) {
	var a *answer
	var oids []uint32
	begin := func() {
		fields := reader.FieldDescriptions()
		names := make([]string, len(fields))
		oids = make([]uint32, len(fields))
		for i, f := range fields {
			names[i], oids[i] = f.Name, f.DataTypeOID
		}
		a = newAnswer(names)
	}
	more := false
	for n := 0; reader.NextRow(); n++ {
		if a == nil {
			begin()
		}
		if n < st.skip {
			continue
		}
		if a.rows == st.rows {
			more = true
			break
		}
		values := reader.Values()
		err := a.add(func(to []byte, column int) []byte { return appendPostgres(to, oids[column], values[column]) })
		if err != nil {
			return nil, err
		}
	}
	if a == nil {
		if len(reader.FieldDescriptions()) == 0 {
			return nil, nil
		}
		begin()
	}
	return &Result{Body: a.end(), Rows: a.rows, More: more}, nil
}

func (p *postgres) close() { p.pool.Close() }
