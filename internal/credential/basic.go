package credential

import "net/http"

// basic sends user name and password as RFC 7617 says, in UTF-8. Either may be empty: several providers
// take an API key as one of them and leave the other out. Without both there is nothing to send.
var basic = Scheme{
	Type:  Basic,
	Reads: []string{"username", "password"},
	apply: func(req *http.Request, c Configuration) (Outcome, error) {
		username, password := c["username"], c["password"]
		if username == "" && password == "" {
			return Nothing, nil
		}
		if req.Header == nil {
			req.Header = make(http.Header)
		}
		req.SetBasicAuth(username, password)
		return Signed, nil
	},
}
