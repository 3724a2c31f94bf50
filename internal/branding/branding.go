// Package branding is how an organization's pages look: colours, fonts, a name, a logo and a favicon
// (reference/accounts-and-access.md §8). The console and the pages of connect links take them from here.
package branding

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"sync"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Kinds of images.
const (
	Logo    = "logo"
	Favicon = "favicon"
)

// Path is the beginning of an image's address on this server; its name follows.
const Path = "/console/branding/"

// maxCached brandings are in memory; more only cost a database read.
const maxCached = 10_000

// Branding is one, as pages and answers show it. It is shared: do not change it.
type Branding struct {
	Name    string            // "" = the organization's own
	Fields  map[string]string // by the names of Fields; empty where only images were given
	Logo    string            // address, "" = none
	Favicon string
}

// Color is a field that is a colour, as #rrggbb; "" where it is not given.
func (b *Branding) Color(field string) string { return wide(b.Fields[field]) }

// MarshalJSON writes the fields in their order.
func (b *Branding) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	member := func(name, value string) {
		if out.Len() > 0 {
			out.WriteByte(',')
		}
		key, _ := json.Marshal(name) // texts always encode
		text, _ := json.Marshal(value)
		out.Write(key)
		out.WriteByte(':')
		out.Write(text)
	}
	for _, f := range fields {
		if value, there := b.Fields[f.name]; there {
			member(f.name, value)
		}
	}
	for _, extra := range []struct{ name, value string }{{"name", b.Name}, {Logo, b.Logo}, {Favicon, b.Favicon}} {
		if extra.value != "" {
			member(extra.name, extra.value)
		}
	}
	return append(append([]byte{'{'}, out.Bytes()...), '}'), nil
}

// Service keeps brandings. Safe for concurrent use.
type Service struct {
	db     *store.DB
	images string
	stop   func()

	mu     sync.Mutex
	cached map[int64]*Branding // with Path before the images; nil = the organization has none
	change uint64              // counts changes: what was read before one is not cached after it
}

// New makes the service. images is what addresses of images begin with in answers, "" = the address of this server, with Path.
// Close it to stop listening for changes.
func New(db *store.DB, images string) *Service {
	s := &Service{db: db, images: images, cached: map[int64]*Branding{}}
	s.stop = db.Subscribe(s.changed)
	return s
}

// Close stops listening for changes.
func (s *Service) Close() { s.stop() }

func (s *Service) changed(c store.Change) {
	if c.Noun != "branding" && c.Noun != "all" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change++
	if c.Noun == "all" {
		clear(s.cached)
	}
	delete(s.cached, c.ID)
}

// For is the branding of an organization for pages of this server; nil when it has none. Images have addresses without a host.
func (s *Service) For(ctx context.Context, organizationID int64) (*Branding, error) {
	s.mu.Lock()
	b, known := s.cached[organizationID]
	change := s.change
	s.mu.Unlock()
	if known {
		return b, nil
	}
	stored, err := s.db.Branding(ctx, organizationID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		b = &Branding{
			Name: stored.Name, Fields: stored.Fields,
			Logo: address(Path, Logo, organizationID, stored.Images), Favicon: address(Path, Favicon, organizationID, stored.Images),
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change == change {
		if len(s.cached) >= maxCached {
			clear(s.cached)
		}
		s.cached[organizationID] = b
	}
	return b, nil
}

// Answer is the branding of an organization for clients: images have whole addresses, on this server below public unless the
// operator named another place. Without a branding it is a NotFound fault.
func (s *Service) Answer(ctx context.Context, organizationID int64, public string) (*Branding, error) {
	b, err := s.For(ctx, organizationID)
	if err != nil {
		return nil, err
	}
	if b == nil {
		return nil, fault.New(fault.NotFound, "No branding found")
	}
	whole := *b
	for _, image := range []*string{&whole.Logo, &whole.Favicon} {
		switch {
		case *image == "":
		case s.images != "":
			*image = s.images + "/" + (*image)[len(Path):]
		default:
			*image = public + *image
		}
	}
	return &whole, nil
}

func address(before, kind string, organizationID int64, images map[string]string) string {
	if images[kind] == "" {
		return ""
	}
	return before + kind + "-" + strconv.FormatInt(organizationID, 10) + "-" + images[kind]
}

// Put replaces name and fields by those of a request. What is missing or wrong in it is an Invalid fault.
func (s *Service) Put(ctx context.Context, organizationID int64, body []byte) error {
	name, values, err := parse(body)
	if err != nil {
		return err
	}
	return s.db.PutBranding(ctx, organizationID, &store.Branding{Name: name, Fields: values})
}

// PutImage replaces the logo or favicon. What is no image, or one that could act, is an Invalid fault; the kept copy of an SVG is
// written anew.
func (s *Service) PutImage(ctx context.Context, organizationID int64, kind string, content []byte) error {
	image, err := Image(content)
	if err != nil {
		return err
	}
	image.Kind = kind
	return s.db.PutBrandingImage(ctx, organizationID, *image)
}

// Delete forgets branding and images. Without one it is a NotFound fault.
func (s *Service) Delete(ctx context.Context, organizationID int64) error {
	return s.db.DeleteBranding(ctx, organizationID)
}

// Open reads an image by the name that stands behind Path. One that is not there, or is not the present one, is a NotFound fault.
func (s *Service) Open(ctx context.Context, name string) (*store.BrandingImage, error) {
	none := fault.New(fault.NotFound, "No image found with the name %s", name)
	parts := imageName.FindStringSubmatch(name)
	if parts == nil {
		return nil, none
	}
	organizationID, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return nil, none
	}
	image, err := s.db.BrandingImage(ctx, organizationID, parts[1], parts[3])
	if fault.Is(err, fault.NotFound) {
		return nil, none
	}
	return image, err
}
