package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// policy is the content security policy of every page: nothing but what this server sends.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// logoPolicy keeps a logo that is opened by its own address from running or loading anything.
const logoPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

const (
	cacheForever = "public, max-age=31536000, immutable" // the name carries the hash of the content
	cacheCheck   = "no-cache"                            // kept, but asked for again each time
	cacheLogo    = "public, max-age=3600"
)

// minCompressed is the size in bytes from which compressing pays.
const minCompressed = 1 << 10

// mediaTypes of the files a build holds. The system's own table is not asked: it differs between machines.
var mediaTypes = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".json":  "application/json",
	".png":   "image/png",
	".txt":   "text/plain; charset=utf-8",
}

// asset is one file of the build, compressed when it is first asked for so.
type asset struct {
	name  string
	media string
	etag  string // without quotes
	cache string
	plain []byte

	once   sync.Once
	zipped []byte // nil when compressing does not pay
}

// load reads the build into memory: it is small, and hashing it once gives every file its ETag.
func (c *Console) load(dist fs.FS) error {
	c.assets = map[string]*asset{}
	err := fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		c.assets[name] = newAsset(name, content)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the console's build: %w", err)
	}
	c.page = c.assets["index.html"]
	if c.page == nil {
		return fmt.Errorf("the console's build has no index.html: run `npm ci && npm run build` in web")
	}
	delete(c.assets, "index.html") // it has one address, /
	if links := c.assets["connect.html"]; links != nil {
		c.links = string(links.plain)
		delete(c.assets, "connect.html") // it is filled in for each link
	}
	return nil
}

func newAsset(name string, content []byte) *asset {
	sum := sha256.Sum256(content)
	a := &asset{name: name, plain: content, etag: hex.EncodeToString(sum[:10]), cache: cacheCheck}
	a.media = mediaTypes[path.Ext(name)]
	if a.media == "" {
		a.media = "application/octet-stream"
	}
	if strings.HasPrefix(name, "assets/") {
		a.cache = cacheForever
	}
	return a
}

// compressed returns the content as gzip, or nil when it is small or does not shrink.
func (a *asset) compressed() []byte {
	a.once.Do(func() {
		if len(a.plain) < minCompressed || strings.HasPrefix(a.media, "font/") || strings.HasPrefix(a.media, "image/png") {
			return
		}
		var out bytes.Buffer
		zip, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is valid
		_, _ = zip.Write(a.plain)                                 // a bytes.Buffer takes everything
		_ = zip.Close()
		if out.Len() < len(a.plain) {
			a.zipped = out.Bytes()
		}
	})
	return a.zipped
}

// serve answers with the asset: conditional requests, HEAD and, where the client takes it, gzip.
func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.media)
	h.Set("Cache-Control", a.cache)
	h.Set("Vary", "Accept-Encoding")
	content, etag := a.plain, a.etag
	if acceptsGzip(r) {
		if zipped := a.compressed(); zipped != nil {
			content, etag = zipped, a.etag+"-gzip"
			h.Set("Content-Encoding", "gzip")
			r.Header.Del("Range") // a range counts in the plain content
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(content))
}

// acceptsGzip reports whether the client takes gzip.
func acceptsGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err == nil && (coding == "gzip" || coding == "*") {
			return strings.Trim(params["q"], "0.") != "" || params["q"] == ""
		}
	}
	return false
}

// file serves a file of the build, else the page: its own router reads the address.
func (c *Console) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if a, ok := c.assets[name]; ok {
		a.serve(w, r)
		return
	}
	if name != "" && !isPage(r) {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	pageHeaders(w.Header())
	c.page.serve(w, r)
}

// isPage reports whether a path that is no file may be one of the page's own: somebody opens it in a
// browser, and it belongs neither to the API nor to the assets.
func isPage(r *http.Request) bool {
	for _, prefix := range []string{"/elements/", "/console/", "/assets/"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return false
		}
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// pageHeaders are for HTML alone: API answers must not carry X-Frame-Options
// (reference/http-conventions.md §1).
func pageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// logoFile serves a connector's logo. A connector without one gets an empty answer that is no error: the
// page then draws a monogram.
func (c *Console) logoFile(w http.ResponseWriter, r *http.Request) {
	key, ok := strings.CutSuffix(r.PathValue("file"), ".svg")
	var logo []byte
	if ok && c.logo != nil {
		logo, ok = c.logo(key)
	}
	h := w.Header()
	h.Set("Cache-Control", cacheLogo)
	if !ok || len(logo) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Set("Content-Security-Policy", logoPolicy)
	a := newAsset("logo.svg", logo)
	a.cache = cacheLogo
	a.serve(w, r)
}
