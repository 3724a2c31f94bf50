package api

import "net/http"

// exposed is the exact value that clients compare, character by character (reference/http-conventions.md §4).
const exposed = "Elements-Returned-Count, Elements-Total-Count, Elements-Request-Id, Elements-Next-Page-Token, Elements-Trace-Id, Elements-Error, Content-Disposition"

// cors puts the CORS headers on an answer to a browser and reports whether the request was a preflight, which is
// answered here. Credentials are never allowed: a page of another origin must bring its own secrets and cannot
// use the console's cookie.
func cors(w http.ResponseWriter, r *http.Request) (preflight bool) {
	origin := r.Header.Get("Origin")
	if origin != "" {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Expose-Headers", exposed)
		header.Add("Vary", "Origin")
	}
	if r.Method != http.MethodOptions {
		return false
	}
	header := w.Header()
	header.Set("Allow", allMethods)
	if origin != "" && r.Header.Get("Access-Control-Request-Method") != "" {
		header.Set("Access-Control-Allow-Methods", allMethods)
		if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
			header.Set("Access-Control-Allow-Headers", asked)
		}
		header.Set("Access-Control-Max-Age", "600")
		header.Add("Vary", "Access-Control-Request-Headers")
	}
	w.WriteHeader(http.StatusOK)
	return true
}

const allMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
