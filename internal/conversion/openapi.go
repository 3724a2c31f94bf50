package conversion

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// openAPI converts Swagger 2.0 and OpenAPI 3.
func (c *conversion) openAPI(data []byte) {
	root, twice, err := parseTree(data)
	if err != nil {
		c.tooLarge = errors.Is(err, errTooMany) || errors.Is(err, errYAML) || errors.Is(err, errSeparators)
		c.problem("document", "cannot be read: %v", err)
		return
	}
	for _, name := range twice {
		c.note(name, "stands twice in its object: the last one counts")
	}
	normal := newNormalizer(c, root, c.kind == KindSwagger)
	document := normal.document()
	if document == nil {
		return
	}
	doc, release, err := buildModel(document.appendJSON(nil))
	if err != nil {
		c.problem("document", "is not understood: %v", err)
		return
	}
	defer release()
	r := &apiReader{c: c, doc: doc, normal: normal}
	r.read()
}

// buildModel reads a normal document with the library. It is told in every way it knows that neither
// files nor addresses may be read, though the normal form holds no reference that leads there.
func buildModel(text []byte) (doc *v3.Document, release func(), err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("the reader failed: %v", r)
		}
	}()
	config := &datamodel.DocumentConfiguration{
		AllowFileReferences:                 false,
		AllowRemoteReferences:               false,
		SkipExternalRefResolution:           true,
		IgnoreArrayCircularReferences:       true,
		IgnorePolymorphicCircularReferences: true,
		SkipCircularReferenceCheck:          true, // recursive schemas are legal; shapes go by name
		SkipJSONConversion:                  true,
		SkipMetadataCollection:              true,
		ExcludeExtensionRefs:                true,
		Logger:                              slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	document, err := libopenapi.NewDocumentWithConfiguration(text, config)
	if err != nil {
		return nil, nil, err
	}
	model, err := document.BuildV3Model()
	if model == nil {
		if err == nil {
			err = errors.New("it is empty")
		}
		return nil, nil, err
	}
	return &model.Model, document.Release, nil
}

// apiReader makes a definition of a document that the library has read.
type apiReader struct {
	c      *conversion
	doc    *v3.Document
	normal *normalizer
	lists  []*pagedList
	spent  int // schemas read so far
	// combined names the types that were made of combinations, by their schema.
	combined map[*tree]string
}

func (r *apiReader) read() {
	d := &r.c.def
	d.Name, d.Description = r.doc.Info.Title, r.doc.Info.Description
	d.ProtocolType = "http"
	r.servers()
	r.authentication()
	r.components()
	r.operations()
	r.finishPaging()
}
