package conversion

import (
	"fmt"
	"strings"

	"jackfield/internal/connector"
	"jackfield/internal/fault"
)

// Kinds of foreign descriptions, as the parameter type of a conversion names them.
const (
	KindSwagger = "swagger" // Swagger 2.0; OpenAPI 3.x is taken too, since callers know no other word
	KindOpenAPI = "openapi" // OpenAPI 3.0 and 3.1
	KindSOAP    = "soap"    // WSDL 1.1
	KindOData   = "odata"   // the $metadata document of OData 2, 3 or 4
)

// Limits of a conversion. Whoever hits one is told which.
const (
	// maxDocument is the largest document, in bytes. WSDLs of several MB are common.
	maxDocument = 32 << 20
	// maxDepth is how deep elements, objects and lists may nest.
	maxDepth = 100
	// maxNodes is how many values or elements a document may hold, YAML aliases expanded.
	maxNodes = 1_000_000
	// maxAttributes is how many attributes all elements of a document may have together.
	maxAttributes = 4_000_000
	// maxOperations is how many operations a document may describe.
	maxOperations = 5000
	// maxResources is how many resources a conversion makes; what is beyond is left out with a note.
	maxResources = 5000
	// maxModelDefinitions is how many definitions the model of one resource holds. Types farther away
	// from it stay without properties.
	maxModelDefinitions = 60
	// maxYAML is the largest YAML document, in bytes: its parser takes a hundred times the memory of the
	// text.
	maxYAML = 8 << 20
	// maxSeparators is how many commas and line breaks a YAML document has: about one for each value.
	maxSeparators = 1_000_000
	// maxModel is how large the model of one resource grows, in bytes, before types are only named.
	maxModel = 256 << 10
	// maxModelBytes is what all models of a result may take, so that it can be stored: half of what a
	// definition may have. Models share it out among them.
	maxModelBytes = connector.MaxDocument / 2
	// maxTemplates and maxSamples are what all templates and all samples of a result may take, in bytes.
	maxTemplates = connector.MaxDocument / 5
	maxSamples   = connector.MaxDocument / 10
	// maxPath is the longest path of an operation, in bytes.
	maxPath = 2000
	// maxSlots is how many parameters, bodies and answers all operations have together: the library takes
	// about 13 KB for each.
	maxSlots = 30_000
	// maxParameters is how many parameters an operation has.
	maxParameters = 300
	// maxReported is how many problems are listed one by one, and how many notes in a description.
	maxReported = 50
	// maxNotes is how many notes are kept.
	maxNotes = 1000
)

// Note says what a conversion mended or left out.
type Note struct {
	Path   string // place in the foreign description
	Reason string
}

func (n Note) String() string { return n.Path + ": " + n.Reason }

// Convert reads a foreign description as the given kind: soap, swagger, openapi or odata; "" finds the
// kind out. The result passes connector.Validate and is not stored. What had to be mended is written
// into its description; ConvertWithNotes gives it apart. A document that cannot be converted is an
// Invalid fault that lists every problem with its place and reason; one that is too large is TooLarge.
func Convert(kind string, data []byte) (*connector.Definition, error) {
	d, notes, err := ConvertWithNotes(kind, data)
	if err != nil {
		return nil, err
	}
	if len(notes) > 0 {
		d.Description += "\n\nNotes of the conversion: " + joinNotes(notes, 0)
	}
	return d, nil
}

// ConvertWithNotes is Convert with what was mended or left out as a list, and the description of the
// result as it stands in the document.
func ConvertWithNotes(kind string, data []byte) (*connector.Definition, []Note, error) {
	if len(data) > maxDocument {
		return nil, nil, fault.New(fault.TooLarge, "The description has %d bytes; the largest that is converted has %d MiB", len(data), maxDocument>>20)
	}
	data = toUTF8(data)
	found, ok := Detect(data)
	switch {
	case !ok && strings.TrimSpace(string(data)) == "":
		return nil, nil, fault.New(fault.Invalid, "The description is empty")
	case !ok:
		if reason := brokenXML(data); reason != nil {
			return nil, nil, fault.New(fault.Invalid, "The document cannot be read: %v", reason)
		}
		return nil, nil, fault.New(fault.Invalid, "The document is none of the descriptions that are converted: Swagger 2.0 (member swagger), OpenAPI 3.0 or 3.1 (member openapi), WSDL 1.1 (element definitions), OData $metadata (element Edmx)")
	case kind == "" || kind == found || kind == KindSwagger && found == KindOpenAPI || kind == KindOpenAPI && found == KindSwagger:
	case kind != KindSwagger && kind != KindOpenAPI && kind != KindSOAP && kind != KindOData:
		return nil, nil, fault.New(fault.Invalid, "The type %q is not known: use one of soap, swagger, openapi, odata", kind)
	default:
		return nil, nil, fault.New(fault.Invalid, "The document is a description of type %s, not %s", found, kind)
	}
	c := &conversion{kind: found, types: newDictionary()}
	switch found {
	case KindSOAP:
		c.wsdl(data)
	case KindOData:
		c.odata(data)
	default:
		c.openAPI(data)
	}
	return c.finish()
}

// conversion is one run: the definition as it grows, the types of the document, and what went wrong.
type conversion struct {
	kind                string
	def                 connector.Definition
	types               *dictionary
	notes               []Note
	unnoted, unreported int // notes and problems that are counted only
	noted               map[Note]bool
	problems            []Note
	taken               map[string]bool // METHOD and path with variables made equal, of the resources so far
	overflown           bool            // resources were left out
	tooLarge            bool            // one of the problems is a size
}

func (c *conversion) note(path, format string, args ...any) {
	n := Note{path, fmt.Sprintf(format, args...)}
	if c.noted[n] {
		return
	}
	if len(c.notes) >= maxNotes {
		c.unnoted++
		return
	}
	if c.noted == nil {
		c.noted = map[Note]bool{}
	}
	c.noted[n] = true
	c.notes = append(c.notes, n)
}

func (c *conversion) problem(path, format string, args ...any) {
	if len(c.problems) >= maxReported {
		c.unreported++
		return
	}
	c.problems = append(c.problems, Note{path, fmt.Sprintf(format, args...)})
}

// joinNotes lists notes in a line; more are known to be left out.
func joinNotes(notes []Note, more int) string {
	listed := notes[:min(len(notes), maxReported)]
	texts := make([]string, len(listed))
	for i, n := range listed {
		texts[i] = n.String()
	}
	text := strings.Join(texts, "; ")
	if more += len(notes) - len(listed); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// finish completes the definition, or reports every problem.
func (c *conversion) finish() (*connector.Definition, []Note, error) {
	d := &c.def
	if len(c.problems) == 0 {
		c.complete()
		for _, p := range connector.Errors(d.Validate()) {
			c.problem(p.Path, "%s", p.Reason)
		}
	}
	if n := len(c.problems) + c.unreported; n > 0 {
		kind := fault.Invalid
		if c.tooLarge {
			kind = fault.TooLarge
		}
		return nil, nil, fault.New(kind, "The %s description cannot be converted, %s: %s", c.kind, plural(n, "problem"), joinNotes(c.problems, c.unreported))
	}
	if c.types.cut {
		c.note("models", "types that are far from a resource are named in its model without their properties: a model holds at most %d definitions, all models %d MB", maxModelDefinitions, maxModelBytes/1_000_000)
	}
	if c.unnoted > 0 {
		c.notes = append(c.notes, Note{"document", fmt.Sprintf("%d more things were mended or left out", c.unnoted)})
	}
	// Printed and read again, so that the caller holds what every later reader sees.
	text, err := d.MarshalJSON()
	if err != nil {
		return nil, nil, fault.Wrap(fault.Internal, err, "the converted definition could not be printed")
	}
	if len(text) > connector.MaxDocument {
		return nil, nil, fault.New(fault.TooLarge, "The %s description makes a definition of %d bytes; the limit of a definition is %d MB", c.kind, len(text), connector.MaxDocument/1_000_000)
	}
	d, err = connector.ParseJSON(text)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Internal, err, "the converted definition could not be read")
	}
	return d, c.notes, nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
