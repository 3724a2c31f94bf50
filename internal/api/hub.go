package api

import (
	"io"
	"net/http"
	"strings"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/gateway"
)

// hub serves /hubs/{hub}/{resource…}. The hub's name does not count (reference/hub-api.md §1).
func (a *API) hub(e *exchange, rest string) {
	_, resource, _ := strings.Cut(rest, "/")
	call, err := a.call(e, "/"+resource)
	if err != nil {
		a.fail(e, err)
		return
	}
	a.serveCall(e, call)
}

// call makes the gateway's call of a request. The query must decode, because the gateway must not guess what a
// broken escape meant.
func (a *API) call(e *exchange, path string) (*gateway.Call, error) {
	call := &gateway.Call{
		RequestID: e.id, Credentials: e.credentials, Method: e.r.Method, Path: path, HubPath: e.path,
		Header: e.r.Header, RemoteIP: remoteIP(e.r),
	}
	e.call = call
	if raw := e.r.URL.RawQuery; raw != "" {
		query, err := parseQuery(raw)
		if err != nil {
			return nil, err
		}
		call.Query = query
	}
	if strings.HasSuffix(path, "/docs") {
		options, err := a.docOptions(e)
		if err != nil {
			return nil, err
		}
		call.BaseURL = options.BaseURL
	}
	if e.r.Body != nil && e.r.Body != http.NoBody {
		call.Body = e.r.Body
	}
	return call, nil
}

// count finds the caller of a connector call and counts the request for the account, before anything else is looked up.
func (a *API) count(e *exchange, call *gateway.Call) (err error) {
	ctx := e.r.Context()
	if call.Principal == nil {
		var known bool
		if call.Principal, known = access.PrincipalFrom(ctx); !known {
			if call.Principal, err = a.Access.Authenticate(ctx, call.Credentials); err != nil {
				return err
			}
		}
	}
	return a.Limits.Request(ctx, call.Principal.Account.ID)
}

func (a *API) serveCall(e *exchange, call *gateway.Call) {
	e.pattern = "hub"
	if e.r.Method == http.MethodHead {
		a.fail(e, fault.New(fault.NotAllowed, "HEAD is not supported: use GET"))
		return
	}
	if err := a.count(e, call); err != nil {
		a.fail(e, err)
		return
	}
	answer, err := a.Gateway.Do(e.r.Context(), call)
	if err != nil {
		a.fail(e, err)
		return
	}
	defer answer.Close()
	header := e.w.Header()
	for name, values := range answer.Header {
		header[name] = values
	}
	e.traced(call.TraceID())
	if answer.Stream == nil {
		e.write(answer.Status, answer.Body)
		return
	}
	a.Gateway.EndTrace(call, answer.Status) // the record waits for the end of the file, the trace does not hold it
	e.status = answer.Status
	e.w.WriteHeader(answer.Status)
	if _, err := io.Copy(e.w, answer.Stream); err != nil {
		a.Log.Warn("a streamed answer broke off", "request", e.id, "error", err)
		panic(http.ErrAbortHandler) // the caller must see that it is not whole
	}
}
