package branding

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/gif"  // size of a GIF
	_ "image/jpeg" // of a JPEG
	_ "image/png"  // of a PNG
	"net/http"
	"regexp"

	"jackfield/internal/fault"
	"jackfield/internal/store"
)

// Limits of an image.
const (
	// MaxImage is the largest in bytes.
	MaxImage = 512 << 10
	// maxPixels is its largest width and height: a small file may unfold to gigabytes in a browser.
	maxPixels = 4096
	// hashLength is how many characters of the SHA-256 stand in an address.
	hashLength = 32
)

// imageName is a name that Open knows.
var imageName = regexp.MustCompile(`^(logo|favicon)-([1-9][0-9]{0,18})-([0-9a-f]{32})$`)

const svg = "image/svg+xml"

// Image judges content by itself, whatever its name or type said: PNG, JPEG, WebP, GIF, ICO, or an SVG, of which the copy is kept that
// cleanSVG wrote. Everything else is an Invalid fault, what is too large a TooLarge one.
func Image(content []byte) (*store.BrandingImage, error) {
	if len(content) > MaxImage {
		return nil, TooLarge()
	}
	media := http.DetectContentType(content)
	switch media {
	case "image/png", "image/jpeg", "image/gif":
		config, _, err := image.DecodeConfig(bytes.NewReader(content))
		if err != nil {
			return nil, fault.New(fault.Invalid, "The file begins as %s and is none", media)
		}
		if config.Width > maxPixels || config.Height > maxPixels {
			return nil, fault.New(fault.Invalid, "The image has %d×%d pixels: at most %d×%d are allowed", config.Width, config.Height, maxPixels, maxPixels)
		}
	case "image/webp", "image/x-icon":
	default:
		clean, err := cleanSVG(content)
		if err != nil {
			return nil, err
		}
		if len(clean) > MaxImage {
			return nil, TooLarge()
		}
		content, media = clean, svg
	}
	sum := sha256.Sum256(content)
	return &store.BrandingImage{Media: media, Hash: hex.EncodeToString(sum[:])[:hashLength], Content: content}, nil
}

// TooLarge is the fault of an image above MaxImage.
func TooLarge() error {
	return fault.New(fault.TooLarge, "An image may have %d KiB at most", MaxImage>>10)
}
