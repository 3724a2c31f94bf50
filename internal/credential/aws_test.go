package credential

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"
)

// The requests and signatures of the test suite that AWS publishes for signature version 4.
func TestSignatureVersion4IsThatOfTheSuite(t *testing.T) {
	t.Parallel()
	suite := Configuration{"aws.api.key": "AKIDEXAMPLE", "aws.api.secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "aws.region": "us-east-1", "aws.service": "service"}
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, method, target string
		signature            string
	}{
		{"get-vanilla", "GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequest(tt.method, tt.target, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := awsv4(req, suite, now); err != nil {
				t.Fatal(err)
			}
			want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + tt.signature
			if got := req.Header.Get("Authorization"); got != want || req.Header.Get("X-Amz-Date") != "20150830T123600Z" {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// The worked example of the AWS general reference: a list of users, with a content type.
func TestSignatureVersion4IsThatOfTheReference(t *testing.T) {
	t.Parallel()
	req := request(t, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	c := Configuration{"aws.api.key": "AKIDEXAMPLE", "aws.api.secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	if err := awsv4(req, c, time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestABodyIsHashedWhereItCanBeReadTwice(t *testing.T) {
	t.Parallel()
	c := Configuration{"aws.api.key": "AKID", "aws.api.secret": "canary", "aws.region": "eu-west-1", "aws.session.token": "session"}
	const known = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" // of "hello"
	post := func(target string, replay bool) *http.Request {
		req, err := http.NewRequest("POST", target, strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		if !replay {
			req.GetBody = nil
		}
		return req
	}
	for name, tt := range map[string]struct {
		req  *http.Request
		hash string
	}{
		"S3 is told the hash":            {post("https://bucket.s3.eu-west-1.amazonaws.com/a%20b", true), known},
		"a stream goes unsigned":         {post("https://bucket.s3.eu-west-1.amazonaws.com/a", false), "UNSIGNED-PAYLOAD"},
		"other services need no telling": {post("https://dynamodb.eu-west-1.amazonaws.com/", true), ""},
	} {
		if err := awsv4(tt.req, c, time.Unix(1700000000, 0)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := tt.req.Header.Get("X-Amz-Content-Sha256"); got != tt.hash || tt.req.Header.Get("X-Amz-Security-Token") != "session" {
			t.Errorf("%s: hash %q, header %v", name, got, tt.req.Header)
		}
		if body, err := io.ReadAll(tt.req.Body); err != nil || string(body) != "hello" {
			t.Errorf("%s: the body was consumed: %q", name, body)
		}
	}
	err := awsv4(post("http://bucket.s3.eu-west-1.amazonaws.com/a", false), c, time.Unix(0, 0))
	if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !contains(f.Message, "https only") {
		t.Errorf("%v", err)
	}
	err = awsv4(post("https://api.provider.test/", true), c, time.Unix(0, 0))
	if f := fault.As(err); f == nil || f.Kind != fault.Invalid || !contains(f.Message, "aws.service") || contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}

func TestServiceAndRegionAreReadFromTheHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string][2]string{
		"dynamodb.eu-west-1.amazonaws.com":            {"dynamodb", "eu-west-1"},
		"iam.amazonaws.com":                           {"iam", ""},
		"bucket.name.s3.us-west-2.amazonaws.com":      {"s3", "us-west-2"},
		"bucket.s3.amazonaws.com":                     {"s3", ""},
		"s3-eu-west-1.amazonaws.com":                  {"s3", "eu-west-1"},
		"bucket.s3.dualstack.eu-west-1.amazonaws.com": {"s3", "eu-west-1"},
		"abc123.execute-api.us-east-1.amazonaws.com":  {"execute-api", "us-east-1"},
		"search-domain-x.us-east-1.es.amazonaws.com":  {"es", "us-east-1"},
		"email.us-east-1.amazonaws.com":               {"ses", "us-east-1"},
		"sqs.us-gov-west-1.amazonaws.com":             {"sqs", "us-gov-west-1"},
		"ec2.cn-north-1.amazonaws.com.cn":             {"ec2", "cn-north-1"},
		"EC2.EU-WEST-1.amazonaws.com.":                {"ec2", "eu-west-1"},
		"api.provider.test":                           {"", ""},
		"amazonaws.com.evil.test":                     {"", ""},
	} {
		if service, region := awsHost(host); service != want[0] || region != want[1] {
			t.Errorf("%s: %q %q", host, service, region)
		}
	}
}

// The example of the AWS general reference for signature version 2.
func TestSignatureVersion2IsThatOfTheReference(t *testing.T) {
	t.Parallel()
	c := Configuration{"aws.api.key": "AKIAIOSFODNN7EXAMPLE", "aws.api.secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	const signature = "i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf/Mj6vPxyYIs="
	req := request(t, "https://elasticmapreduce.amazonaws.com?Action=DescribeJobFlows&Version=2009-03-31&Signature=old&Timestamp=old")
	if err := awsv2(req, c, "2011-10-03T15:19:30"); err != nil {
		t.Fatal(err)
	}
	if got := req.URL.Query(); got.Get("Signature") != signature || len(got["Timestamp"]) != 1 || got.Get("Action") != "DescribeJobFlows" {
		t.Errorf("got %v", got)
	}
}

func TestSignatureVersion2SignsFormsInTheirBody(t *testing.T) {
	t.Parallel()
	c := Configuration{"aws.api.key": "AKID", "aws.api.secret": "secret"}
	req := formPost(t, "https://mws.amazonservices.com/Orders?Version=1", "Action=List&Name=a+b%2A~%E2%98%83")
	if err := awsv2(req, c, "2011-10-03T15:19:30Z"); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil || int64(len(body)) != req.ContentLength || req.URL.RawQuery != "" {
		t.Fatalf("%v, %d of %d, %s", err, len(body), req.ContentLength, req.URL)
	}
	const canonical = "AWSAccessKeyId=AKID&Action=List&Name=a%20b%2A~%E2%98%83&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2011-10-03T15%3A19%3A30Z&Version=1&Signature="
	if !strings.HasPrefix(string(body), canonical) {
		t.Errorf("got %s", body)
	}
	sameInQuery := formPost(t, "https://mws.amazonservices.com/Orders?Version=1&Action=List&Name=a+b%2A~%E2%98%83", "")
	sameInQuery.Header.Set("Content-Type", "text/xml")
	if err := awsv2(sameInQuery, c, "2011-10-03T15:19:30Z"); err != nil {
		t.Fatal(err)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil || values.Get("Signature") != sameInQuery.URL.Query().Get("Signature") {
		t.Errorf("%v: the place of a parameter changes its signature", err)
	}
}
