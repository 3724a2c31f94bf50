package gateway

import (
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"

	"jackfield/internal/fault"
)

// limitedReader fails, and does not just end, when a body is larger than its limit: half a file must not
// look like a whole one.
type limitedReader struct {
	reader io.Reader
	left   int64
	limit  int64
}

func limited(r io.Reader, limit int64) io.Reader { return &limitedReader{r, limit, limit} }

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.reader.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, fault.New(fault.TooLarge, "The file is larger than the limit of %d bytes (raise it with --max-file)", l.limit)
	}
	return n, err
}

// open gives the body that goes to the provider and its content type. Parts are renamed, or one is taken
// out, while they flow: memory stays flat whatever the size.
func (u *upload) open() (io.ReadCloser, string, error) {
	switch {
	case u.single != "":
		return u.onePart()
	case u.boundary != "" && len(u.renames) > 0:
		reader, writer := io.Pipe()
		parts := multipart.NewWriter(writer)
		go func() { writer.CloseWithError(u.rename(parts)) }()
		return reader, parts.FormDataContentType(), nil
	}
	return io.NopCloser(u.reader), u.contentType, nil
}

func (u *upload) onePart() (io.ReadCloser, string, error) {
	parts := multipart.NewReader(u.reader, u.boundary)
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil, "", fault.New(fault.Invalid, "The multipart part %s is missing", u.single)
		}
		if err != nil {
			return nil, "", fault.Wrap(fault.Invalid, err, "The multipart body is not valid")
		}
		if part.FormName() == u.single {
			contentType := part.Header.Get("Content-Type")
			if contentType == "" {
				contentType = "application/octet-stream"
			}
			return part, contentType, nil
		}
	}
}

func (u *upload) rename(to *multipart.Writer) error {
	from := multipart.NewReader(u.reader, u.boundary)
	for {
		part, err := from.NextRawPart()
		if err == io.EOF {
			return to.Close()
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "The multipart body is not valid")
		}
		header := textproto.MIMEHeader{}
		for name, values := range part.Header {
			header[name] = values
		}
		if name, ok := u.renames[part.FormName()]; ok {
			header.Set("Content-Disposition", multipart.FileContentDisposition(name, part.FileName()))
			if part.FileName() == "" {
				header.Set("Content-Disposition", `form-data; name="`+quoteEscaper.Replace(name)+`"`)
			}
		}
		target, err := to.CreatePart(header)
		if err != nil {
			return err
		}
		if _, err := io.Copy(target, part); err != nil {
			return err
		}
	}
}

// saysMedia reports whether a parameter or a hook says of what type a file is that is sent alone: some providers take
// application/octet-stream for all of them. The constant application/json that connectors send with every call says
// nothing about files.
func (c *Call) saysMedia() bool {
	said := c.vendor.header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(said)
	return c.upload.single != "" && said != c.upload.contentType && err == nil && !isJSON(media)
}
