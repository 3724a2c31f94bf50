package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"jackfield/internal/connector"
	"jackfield/internal/instance"
	"jackfield/internal/server"
)

// record is about 1 KB and has no null; page is 200 records of 20 fields, a tenth of them null, about 62 KB.
var record, page = makeRecord(), makePage()

func makeRecord() []byte {
	var b strings.Builder
	b.WriteString(`{"id":"67697ceb5ac7036501000039"`)
	for i := range 28 {
		fmt.Fprintf(&b, `,"attribute%02d":"value number %02d"`, i, i)
	}
	b.WriteString("}")
	return []byte(b.String())
}

func makePage() []byte {
	var b strings.Builder
	b.WriteByte('[')
	for row := range 200 {
		if row > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"67697ceb5ac70365%08x"`, row)
		for field := range 19 {
			switch {
			case field%10 == 4:
				fmt.Fprintf(&b, `,"fld%02d":null`, field)
			case field%3 == 0:
				fmt.Fprintf(&b, `,"fld%02d":%d`, field, row*100+field)
			default:
				fmt.Fprintf(&b, `,"fld%02d":"v%d"`, field, row*field)
			}
		}
		b.WriteByte('}')
	}
	b.WriteByte(']')
	return []byte(b.String())
}

// serve serves a handler on a free port of loopback and prints a line for the parent.
func serve(ctx context.Context, handler http.Handler, more string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { <-ctx.Done(); _ = s.Close() }() // the process ends with it
	fmt.Printf("ready http://%s %s\n", listener.Addr(), more)
	return s.Serve(listener)
}

func serveUpstream(ctx context.Context) error {
	mux := http.NewServeMux()
	for path, body := range map[string][]byte{"/records/1": record, "/records": page, "/hooked": page} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			_, _ = w.Write(body) // a client that went away shows in its own count
		})
	}
	return serve(ctx, mux, "")
}

// transport is the one that Jackfield's own client uses in kind: many idle connections, no proxy, no compression.
func transport() *http.Transport {
	return &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 256, DisableCompression: true, ReadBufferSize: 64 << 10}
}

type bufferPool struct{ sync.Pool }

func (p *bufferPool) Get() []byte  { return *p.Pool.Get().(*[]byte) }
func (p *bufferPool) Put(b []byte) { p.Pool.Put(&b) }

func serveReverse(ctx context.Context, upstream string) error {
	target, err := url.Parse(upstream)
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:    func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:  transport(),
		BufferPool: &bufferPool{sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}},
	}
	return serve(ctx, proxy, "")
}

// serveTree decodes and encodes with encoding/json, dropping nulls on the way: what a proxy without a plan does.
func serveTree(ctx context.Context, upstream string) error {
	client := &http.Client{Transport: transport()}
	return serve(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, upstream+r.URL.Path, nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		response, err := client.Do(request)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		var tree any
		if err := json.NewDecoder(response.Body).Decode(&tree); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		var out bytes.Buffer
		if err := json.NewEncoder(&out).Encode(withoutNulls(tree)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(out.Len()))
		_, _ = io.Copy(w, &out) // a client that went away shows in its own count
	}), "")
}

func withoutNulls(tree any) any {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			if value == nil {
				delete(v, name)
			} else {
				v[name] = withoutNulls(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return tree
}

// benchDefinition is a connector without hooks, but for one list that has a small one behind it.
const benchDefinition = `{"id":9001,"key":"bench","name":"Bench","description":"Measured","hub":"crm","active":true,
"authentication":{"type":"basic"},
"configuration":[{"key":"base.url","name":"URL","description":"","type":"TEXTFIELD_1000","defaultValue":"UPSTREAM"},
 {"key":"username","name":"User","description":"","type":"TEXTFIELD_32","required":true},
 {"key":"password","name":"Password","description":"","type":"PASSWORD","required":true},
 {"key":"filter.response.nulls","name":"Nulls","description":"","type":"BOOLEAN","defaultValue":"true"},
 {"key":"pagination.type","name":"Paging","description":"","type":"TEXTFIELD_32","defaultValue":"offset"},
 {"key":"pagination.max","name":"Page","description":"","type":"TEXTFIELD_32","defaultValue":"200"}],
"parameters":[],"hooks":[],"objects":[],"models":[],
"resources":[
 {"path":"/hubs/crm/records","method":"GET","vendorPath":"/records","vendorMethod":"GET","type":"api","hooks":[],"parameters":[
  {"name":"page","vendorName":"$skip","type":"query","vendorType":"query"},{"name":"pageSize","vendorName":"$top","type":"query","vendorType":"query"}]},
 {"path":"/hubs/crm/records/{id}","method":"GET","vendorPath":"/records/{id}","vendorMethod":"GET","type":"api","hooks":[],"parameters":[
  {"name":"id","vendorName":"id","type":"path","vendorType":"path","required":true}]},
 {"path":"/hubs/crm/hooked","method":"GET","vendorPath":"/hooked","vendorMethod":"GET","type":"api","parameters":[],
  "hooks":[{"type":"postRequest","mimeType":"application/javascript","isLegacy":false,"body":"done({response_body: response_body.filter(r => r.id)});"}]}
]}`

// serveJackfield serves the measured connector with one instance; crowded, among many.
func serveJackfield(ctx context.Context, upstream string, crowded bool) error {
	def, err := connector.ParseJSON([]byte(strings.Replace(benchDefinition, "UPSTREAM", upstream, 1)))
	if err != nil {
		return err
	}
	all := []*connector.Definition{def}
	if crowded {
		if all, err = crowd(def, upstream); err != nil {
			return err
		}
	}
	target, err := url.Parse(upstream)
	if err != nil {
		return err
	}
	address, err := netip.ParseAddrPort(target.Host)
	if err != nil {
		return err
	}
	data, err := os.MkdirTemp("", "jackfield-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	s, err := server.Start(ctx, server.Options{
		Data: data, Listen: "127.0.0.1:0", Definitions: all,
		AllowAddresses: []netip.AddrPort{address}, Unlimited: true, Version: "bench",
	})
	if err != nil {
		return err
	}
	admin, err := s.Access.FirstAdministrator(ctx)
	if err != nil {
		return err
	}
	made, err := s.Catalog.FindKey(ctx, admin.Account.ID, "bench")
	if err != nil {
		return err
	}
	request, err := instance.ParseRequest([]byte(`{"name":"bench","configuration":{"username":"u","password":"p"}}`))
	if err != nil {
		return err
	}
	created, err := s.Provision.Create(ctx, admin, made, request)
	if err != nil {
		return err
	}
	if crowded {
		if err := populate(ctx, s, created.ID); err != nil {
			return err
		}
	}
	user, organization, err := s.Access.Secrets(ctx, admin)
	if err != nil {
		return err
	}
	fmt.Printf("ready %s User %s, Organization %s, Element %s\n", s.URL(), user, organization, created.Token)
	<-ctx.Done()
	return s.Close(context.WithoutCancel(ctx))
}
