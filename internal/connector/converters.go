package connector

// knownConverter reports whether the platform can run a converter of the where expression.
func knownConverter(name string) bool {
	switch name {
	case "toQueryParameters", "toODataFilter", "toODataV3Filter":
		return true
	}
	return false
}
