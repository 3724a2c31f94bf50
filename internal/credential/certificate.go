package credential

// Keys of a client certificate (reference/elements.md §4.1).
const (
	keyKeystore         = "base64.encoded.jks" // JKS, PKCS 12 or PEM, in base64
	keyKeystorePassword = "jks.password"
)
