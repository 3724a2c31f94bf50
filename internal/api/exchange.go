package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/fault"
	"jackfield/internal/gateway"

	"github.com/go-chi/chi/v5"
)

// exchange is one request with what is known about it.
type exchange struct {
	w           http.ResponseWriter
	r           *http.Request
	id          string
	started     time.Time
	path        string // escaped, below Base
	credentials access.Credentials
	principal   *access.Principal // nil until authenticated
	call        *gateway.Call     // of a connector call
	status      int               // answered; 0 until then
	api         *API              // takes the record of the answer; nil where none is wanted
	recorded    bool
	pattern     string // of the route, for metrics
}

type exchangeKey struct{}

func withExchange(ctx context.Context, e *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, e)
}

func exchangeOf(w http.ResponseWriter, r *http.Request) *exchange {
	e, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return &exchange{w: w, r: r}
	}
	return e
}

// json answers 200 with a value.
func (e *exchange) json(value any) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // the answer is JSON, not part of a page: > stays readable
	if err := encoder.Encode(value); err != nil {
		return err
	}
	e.w.Header().Set("Content-Type", "application/json")
	e.write(http.StatusOK, bytes.TrimSuffix(body.Bytes(), []byte("\n")))
	return nil
}

// answered answers with what came of a call, or gives its fault on.
func (e *exchange) answered(value any, err error) error {
	if err != nil {
		return err
	}
	return e.json(value)
}

// document answers a JSON document that is already encoded.
func (e *exchange) document(text []byte, err error) error {
	if err != nil {
		return err
	}
	e.w.Header().Set("Content-Type", "application/json")
	e.write(http.StatusOK, text)
	return nil
}

// done answers 200 without a body when a call succeeded, or gives its fault on.
func (e *exchange) done(err error) error {
	if err != nil {
		return err
	}
	return e.empty()
}

// empty answers 200 without a body, as deletions do.
func (e *exchange) empty() error {
	e.write(http.StatusOK, nil)
	return nil
}

func (e *exchange) write(status int, body []byte) {
	e.status = status
	// Before the answer leaves: a client that asks for the record at once finds it.
	if e.api != nil {
		e.api.record(e)
	}
	e.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	e.w.WriteHeader(status)
	_, _ = e.w.Write(body) // a caller that went away is no failure of ours
}

// body reads the whole body of a platform route.
func (e *exchange) body() ([]byte, error) { return e.bodyUpTo(MaxBody) }

func (e *exchange) bodyUpTo(most int64) ([]byte, error) {
	return readAll(http.MaxBytesReader(e.w, e.r.Body, most), most)
}

func readAll(from io.Reader, most int64) ([]byte, error) {
	body, err := io.ReadAll(from)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, fault.New(fault.TooLarge, "The body is larger than %d MiB", most>>20)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The body could not be read")
	}
	return body, nil
}

// upload reads the part "file" of a multipart body, or the whole body of any other.
func (e *exchange) upload(most int64) ([]byte, error) {
	e.r.Body = http.MaxBytesReader(e.w, e.r.Body, most)
	reader, err := e.r.MultipartReader()
	if err != nil {
		return e.bodyUpTo(most)
	}
	for {
		part, err := reader.NextPart()
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, `The body has no part named "file"`)
		}
		if part.FormName() == "file" {
			return readAll(part, most)
		}
	}
}

// param is a decoded path variable.
func (e *exchange) param(name string) string {
	value, err := url.PathUnescape(chi.URLParam(e.r, name))
	if err != nil {
		return ""
	}
	return value
}

// number reads a numeric path variable. What is no number cannot exist: NotFound
// (reference/http-conventions.md §6).
func (e *exchange) number(name, noun string) (int64, error) {
	text := e.param(name)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "No %s found with id %s", noun, text)
	}
	return n, nil
}

// list is a query parameter that may repeat, with or without brackets; a value may itself be a comma list.
func (e *exchange) list(name string) []string {
	query := e.r.URL.Query()
	var all []string
	for _, text := range append(query[name+"[]"], query[name]...) {
		for one := range strings.SplitSeq(text, ",") {
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

// pageSize reads a platform page size: default and maximum are the same.
func (e *exchange) pageSize(most int) (int, error) {
	text := e.r.URL.Query().Get("pageSize")
	if text == "" {
		return most, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "The parameter pageSize must be a whole number from 1, not %q", text)
	}
	return min(n, most), nil
}

// newestFirst reads which page of a list by falling ids is wanted: at most how many rows, with ids below which (0 = from the newest).
func (e *exchange) newestFirst(most int) (size int, below int64, err error) {
	if size, err = e.pageSize(most); err != nil {
		return 0, 0, err
	}
	if token := e.r.URL.Query().Get("nextPage"); token != "" {
		if below, err = strconv.ParseInt(token, 10, 64); err != nil || below < 1 {
			return 0, 0, fault.New(fault.Invalid, "nextPage %q is none that this list gave", token)
		}
	}
	return size, below, nil
}

// natural reads a query parameter that is a whole number from 0; 0 where it is not given.
func (e *exchange) natural(name string) (int, error) {
	text := e.r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "The parameter %s must be a whole number from 0, not %q", name, text)
	}
	return n, nil
}

// flag reports whether a query parameter is true.
func (e *exchange) flag(name string) bool {
	return strings.EqualFold(e.r.URL.Query().Get(name), "true")
}

func (e *exchange) nextPage(token string) {
	if token != "" {
		e.w.Header().Set(gateway.HeaderNextPage, token)
	}
}
