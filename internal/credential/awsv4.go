package credential

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"jackfield/internal/fault"
)

// Keys of AWS (reference/elements.md §4.1). Session token and service are our own.
const (
	keyAWSKey     = "aws.api.key"
	keyAWSSecret  = "aws.api.secret"
	keyAWSRegion  = "aws.region"        // "" = from the host, else us-east-1
	keyAWSSession = "aws.session.token" // of temporary credentials
	keyAWSService = "aws.service"       // "" = from the host
)

const (
	defaultRegion = "us-east-1" // where the services without a region are
	hashUnsigned  = "UNSIGNED-PAYLOAD"
	// maxHashed bounds a body that is read to be hashed, in bytes; a larger one goes unsigned over https.
	maxHashed = 64 << 20
)

// signAWSv4 is the row of AWS signature version 4.
func signAWSv4(req *http.Request, c Configuration) (Outcome, error) {
	if c[keyAWSKey] == "" || c[keyAWSSecret] == "" {
		return Nothing, nil
	}
	return signed(awsv4(req, c, time.Now()))
}

func signed(err error) (Outcome, error) {
	if err != nil {
		return Nothing, err
	}
	return Signed, nil
}

func awsv4(req *http.Request, c Configuration, now time.Time) error {
	service, region := strings.TrimSpace(c[keyAWSService]), strings.TrimSpace(c[keyAWSRegion])
	hostService, hostRegion := awsHost(req.URL.Hostname())
	if service == "" {
		service = hostService
	}
	if service == "" {
		return fault.New(fault.Invalid, "%s is needed: host %q does not say which service it is", keyAWSService, req.URL.Hostname())
	}
	region = firstOf(region, hostRegion, defaultRegion)
	hash, err := payloadHash(req)
	if err != nil {
		return err
	}
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	if service == "s3" || hash == hashUnsigned {
		req.Header.Set("X-Amz-Content-Sha256", hash)
	}
	who := aws.Credentials{AccessKeyID: c[keyAWSKey], SecretAccessKey: c[keyAWSSecret], SessionToken: strings.TrimSpace(c[keyAWSSession])}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" }) // S3 alone escapes once
	if err := signer.SignHTTP(req.Context(), who, req, hash, service, region, now.UTC()); err != nil {
		return fault.Wrap(fault.Invalid, err, "the call cannot be signed for AWS")
	}
	return nil
}

// payloadHash is the SHA-256 of the body in hex. A body that can be read only once is left unsigned where TLS
// protects it; S3 takes that.
func payloadHash(req *http.Request) (string, error) {
	hash := sha256.New()
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil || req.ContentLength > maxHashed {
			if req.URL.Scheme != "https" {
				return "", fault.New(fault.Invalid, "a streamed body is signed for AWS over https only")
			}
			return hashUnsigned, nil
		}
		body, err := req.GetBody()
		if err != nil {
			return "", fault.Wrap(fault.Internal, err, "cannot read the body to sign it")
		}
		defer body.Close() //nolint:errcheck // only read
		n, err := io.Copy(hash, io.LimitReader(body, maxHashed+1))
		switch {
		case err != nil:
			return "", fault.Wrap(fault.Internal, err, "cannot read the body to sign it")
		case n > maxHashed:
			return "", fault.New(fault.TooLarge, "the body is larger than %d MiB, the limit of bodies that are hashed for AWS", maxHashed>>20)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// awsHost reads service and region out of a host of AWS: dynamodb.eu-west-1.amazonaws.com, iam.amazonaws.com,
// bucket.s3.us-west-2.amazonaws.com, abc.execute-api.us-east-1.amazonaws.com, s3-eu-west-1.amazonaws.com.
func awsHost(host string) (service, region string) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	rest, ok := strings.CutSuffix(host, ".amazonaws.com")
	if !ok {
		if rest, ok = strings.CutSuffix(host, ".amazonaws.com.cn"); !ok {
			return "", ""
		}
	}
	labels := strings.Split(rest, ".")
	last := labels[len(labels)-1]
	switch {
	case len(labels) > 1 && isRegion(last):
		service, region = labels[len(labels)-2], last
		if service == "dualstack" && len(labels) > 2 {
			service = labels[len(labels)-3]
		}
	case strings.HasPrefix(last, "s3-") && isRegion(last[3:]):
		service, region = "s3", last[3:]
	case len(labels) > 1 && isRegion(labels[len(labels)-2]): // search-domain.us-east-1.es
		service, region = last, labels[len(labels)-2]
	default:
		service = last
	}
	return signingName(service), region
}

// signingName is the name in a signature where it differs from that in the host.
func signingName(service string) string {
	switch service {
	case "email", "email-smtp":
		return "ses"
	case "s3-accelerate", "s3-control", "s3-accesspoint", "s3-fips":
		return "s3"
	case "data", "iotdata":
		return "iotdata"
	case "queue":
		return "sqs"
	}
	return strings.TrimSuffix(service, "-fips")
}

// isRegion reports whether a label looks like us-east-1, eu-central-2 or us-gov-west-1.
func isRegion(label string) bool {
	parts := strings.Split(label, "-")
	if len(parts) < 3 || len(parts) > 4 || len(parts[0]) != 2 && parts[0] != "mx" {
		return false
	}
	last := parts[len(parts)-1]
	return last != "" && strings.Trim(last, "0123456789") == ""
}
