package conversion

import (
	"bytes"
	"encoding/json"
)

const (
	maxSampleDepth = 3    // how deep a sample nests
	maxSampleBytes = 8192 // larger samples are left out
	maxSampleNodes = 300  // values of a made sample
)

// sampleOf makes an example of a shape from the samples in it, "" when there is nothing to show or it
// grows too large.
func (d *dictionary) sampleOf(s *shape) string {
	if s == nil || d.sampled > maxSamples {
		return ""
	}
	left := maxSampleNodes
	text := d.sampleValue(s, 0, &left)
	if len(text) > maxSampleBytes || string(text) == "{}" || string(text) == "null" || string(text) == "[]" {
		return ""
	}
	d.sampled += len(text)
	return string(text)
}

// givenSample is an example of the document, "" when it is too large to be kept.
func givenSample(raw json.RawMessage) string {
	var b bytes.Buffer
	if len(raw) == 0 || len(raw) > maxSampleBytes || json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}

func (d *dictionary) sampleValue(s *shape, depth int, left *int) []byte {
	s = d.resolve(s)
	if *left--; *left < 0 || s == nil || depth > maxSampleDepth {
		return []byte("null")
	}
	switch {
	case len(s.sample) > 0:
		return s.sample
	case len(s.enum) > 0:
		return s.enum[0]
	}
	switch s.kind {
	case kindObject:
		var w jsonObject
		for _, f := range s.fields {
			if *left < 0 {
				break
			}
			if v := d.sampleValue(f.shape, depth+1, left); string(v) != "null" && string(v) != "{}" && string(v) != "[]" {
				w.raw(f.name, v)
			}
		}
		return w.done()
	case kindArray:
		v := d.sampleValue(s.items, depth+1, left)
		if string(v) == "null" || string(v) == "{}" {
			return []byte("[]")
		}
		return append(append([]byte("["), v...), ']')
	case kindInteger:
		return []byte("1")
	case kindNumber:
		return []byte("1.5")
	case kindBoolean:
		return []byte("true")
	case kindString:
		switch s.format {
		case "date-time":
			return []byte(`"2024-01-31T12:00:00Z"`)
		case "date":
			return []byte(`"2024-01-31"`)
		case "uuid":
			return []byte(`"00000000-0000-0000-0000-000000000001"`)
		}
		return []byte(`"text"`)
	}
	return []byte("null")
}
