package sandbox

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// maxInflated is how many bytes zlib makes of compressed ones: a few bytes can stand for gigabytes.
const maxInflated = 8 << 20

// zipped answers the module zlib: what to do, and bytes.
func zipped(texts []string) (any, error) {
	if len(texts) != 3 {
		return nil, errors.New("zlib needs to know what to do, and bytes")
	}
	data, err := base64.StdEncoding.DecodeString(texts[2])
	if err != nil {
		return nil, errors.New("the bytes are no base64")
	}
	var out bytes.Buffer
	switch texts[1] {
	case "gzip":
		err = deflate(gzip.NewWriter(&out), data)
	case "deflate":
		err = deflate(zlib.NewWriter(&out), data)
	case "deflateRaw":
		var w io.WriteCloser
		if w, err = flate.NewWriter(&out, flate.DefaultCompression); err == nil {
			err = deflate(w, data)
		}
	case "gunzip":
		var r io.Reader
		if r, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
			err = inflate(&out, r)
		}
	case "inflate":
		var r io.Reader
		if r, err = zlib.NewReader(bytes.NewReader(data)); err == nil {
			err = inflate(&out, r)
		}
	case "inflateRaw":
		err = inflate(&out, flate.NewReader(bytes.NewReader(data)))
	default:
		return nil, errors.New("zlib does not know that")
	}
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

func deflate(w io.WriteCloser, data []byte) error {
	_, err := w.Write(data)
	return errors.Join(err, w.Close())
}

func inflate(out *bytes.Buffer, r io.Reader) error {
	n, err := io.Copy(out, io.LimitReader(r, maxInflated+1))
	if err != nil {
		return fmt.Errorf("the bytes do not unpack: %w", err)
	}
	if n > maxInflated {
		return fmt.Errorf("the bytes unpack to more than %s", sizeOf(maxInflated))
	}
	return nil
}
