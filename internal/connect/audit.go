package connect

import (
	"context"
	"net/http"
	"strconv"

	"jackfield/internal/audit"
	"jackfield/internal/instance"
)

type addressKey struct{}

// From returns a context that says from which IP address a customer connects, for the audit log.
func From(ctx context.Context, ip string) context.Context {
	return context.WithValue(ctx, addressKey{}, ip)
}

// recorded connects with a row of the audit log before and its end behind it. The row names whoever made the link: the customer has no
// login, and what is made is the maker's.
func (s *Service) recorded(ctx context.Context, w *way, connect func() (*instance.Instance, error)) (*instance.Instance, error) {
	if s.audit == nil {
		return connect()
	}
	entry := audit.Entry{
		Caller: audit.CallerOf(w.maker, audit.LoginConnectLink), Kind: audit.KindElementInstances, Method: http.MethodPost,
		URI: "/instances/connect-links/" + strconv.FormatInt(w.link.ID, 10),
	}
	if w.target != nil {
		entry.Method, entry.InstanceID, entry.EntityID = http.MethodPut, w.target.ID, strconv.FormatInt(w.target.ID, 10)
	}
	entry.IP, _ = ctx.Value(addressKey{}).(string)
	begun, err := s.audit.Begin(ctx, entry)
	if err != nil {
		return nil, err
	}
	made, err := connect()
	end := audit.End{Status: http.StatusOK}
	if err != nil {
		end.Status = http.StatusBadRequest
	} else {
		end.InstanceID, end.EntityID = made.ID, strconv.FormatInt(made.ID, 10)
	}
	if failed := s.audit.End(ctx, begun, end); failed != nil {
		s.log.ErrorContext(ctx, "a row of the audit log could not be ended", "link", w.link.ID, "error", failed)
	}
	return made, err
}
