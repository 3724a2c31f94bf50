package console

import (
	"net/http"
	"strconv"

	"jackfield/internal/access"
	"jackfield/internal/audit"
	"jackfield/internal/fault"
	"jackfield/internal/signon"
	"jackfield/internal/store"
)

// recordLogin puts a login by password on record, also one that failed, and passes its error on. A login that cannot be put on record
// fails: its session is never handed out. Attempts beyond the limits are left to the log of the server: they would fill the database.
func (c *Console) recordLogin(r *http.Request, email string, principal *access.Principal, outcome error) error {
	if c.audit == nil || fault.Is(outcome, fault.Throttled) {
		return outcome
	}
	var caller audit.Caller
	if principal != nil {
		caller = audit.CallerOf(principal, audit.LoginPassword)
	} else {
		caller = c.audit.ByEmail(r.Context(), email)
	}
	if err := c.record(r, caller, "", statusOf(outcome)); outcome == nil {
		return err
	}
	return outcome
}

// recordSignOn puts a login through an identity provider on record, and ends it when it cannot be.
func (c *Console) recordSignOn(r *http.Request, login *signon.Login) error {
	if c.audit == nil {
		return nil
	}
	err := c.record(r, audit.CallerOf(login.Principal, audit.LoginSignOn), strconv.FormatInt(login.Provider, 10), http.StatusOK)
	if err != nil {
		if ended := c.access.Logout(r.Context(), store.SessionConsole, login.Session.Token); ended != nil {
			c.log.ErrorContext(r.Context(), "a login that is not on record could not be ended", "error", ended)
		}
	}
	return err
}

// recordLogout puts on record whose session ends. Nobody is kept from logging out.
func (c *Console) recordLogout(r *http.Request, token string) {
	if c.audit == nil {
		return
	}
	principal, err := c.access.ConsoleSession(r.Context(), token)
	if err != nil {
		return // it has ended already
	}
	_ = c.record(r, audit.CallerOf(principal, audit.LoginConsole), "", http.StatusOK) // logged there
}

func (c *Console) record(r *http.Request, caller audit.Caller, provider string, status int) error {
	err := c.audit.Record(r.Context(), audit.Entry{
		Caller: caller, Kind: audit.KindAuthentication, Method: r.Method, URI: r.URL.Path, IP: address(r), EntityID: provider,
	}, audit.End{Status: status})
	if err != nil {
		c.log.ErrorContext(r.Context(), "a login or logout could not be put into the audit log", "error", err)
	}
	return err
}

func statusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if status, known := statuses[fault.As(err).Kind]; known {
		return status
	}
	return http.StatusInternalServerError
}
