package soap

import (
	"bytes"
	"io"
	"strings"

	"jackfield/internal/fault"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// charset is the decoder of a character set by one of its names, nil for those that are UTF-8 already.
func charset(name string) (decoder *encoding.Decoder, known bool) {
	switch strings.ToLower(strings.Trim(name, ` "'`)) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil, true
	case "iso-8859-1", "latin1", "windows-1252", "cp1252": // as browsers do: the first is read as the second
		return charmap.Windows1252.NewDecoder(), true
	case "iso-8859-15", "latin9":
		return charmap.ISO8859_15.NewDecoder(), true
	case "iso-8859-2", "latin2":
		return charmap.ISO8859_2.NewDecoder(), true
	case "windows-1250":
		return charmap.Windows1250.NewDecoder(), true
	case "utf-16":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder(), true
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder(), true
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder(), true
	}
	return nil, false
}

// toUTF8 turns a document into UTF-8: by its byte order mark, else by the character set that the transport names, else by
// how a document without either begins (XML 1.0, appendix F). transport is "" where there is none.
func toUTF8(data []byte, transport string) (text []byte, recoded bool, err error) {
	name := transport
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:], true, nil
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		name = "utf-16"
	case bytes.HasPrefix(data, []byte("<\x00?\x00")), bytes.HasPrefix(data, []byte("<\x00")):
		name = "utf-16le"
	case bytes.HasPrefix(data, []byte("\x00<")):
		name = "utf-16be"
	case bytes.HasPrefix(data, []byte("<?xml")) && declared(data) != "" && strings.HasPrefix(strings.ToLower(name), "utf-16"):
		name = declared(data) // its bytes are not those of UTF-16
	}
	if name == "" {
		return data, false, nil
	}
	decoder, known := charset(name)
	if !known {
		return nil, false, fault.New(fault.Provider, "The provider's answer is in the character set %q: UTF-8, UTF-16 and ISO-8859-1 are read", clip(name))
	}
	if decoder == nil {
		return data, declared(data) == "", nil
	}
	if text, err = decoder.Bytes(data); err != nil {
		return nil, false, fault.Wrap(fault.Provider, err, "The provider's answer is not in the character set %q that it names", clip(name))
	}
	return text, true, nil
}

// declared is the encoding that an XML declaration names.
func declared(data []byte) string {
	head, _, ok := bytes.Cut(data[:min(len(data), 200)], []byte("?>"))
	if !ok {
		return ""
	}
	_, after, ok := bytes.Cut(head, []byte("encoding="))
	if !ok || len(after) < 2 {
		return ""
	}
	name, _, _ := bytes.Cut(after[1:], after[:1])
	return string(name)
}

// reader decodes what the XML declaration names, for documents that were not turned into UTF-8 before.
func reader(label string, input io.Reader) (io.Reader, error) {
	decoder, known := charset(label)
	if !known {
		return nil, fault.New(fault.Provider, "The provider's answer is in the character set %q: UTF-8, UTF-16 and ISO-8859-1 are read", clip(label))
	}
	if decoder == nil {
		return input, nil
	}
	return decoder.Reader(input), nil
}

// clip keeps a name from an answer short enough to be repeated.
func clip(text string) string {
	const most = 80
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.ToValidUTF8(text, "�")
}
