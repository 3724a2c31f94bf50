package identity

// Attack is one way in which an answer is wrong.
type Attack string

// Attacks on both protocols.
const (
	Expired       Attack = "expired"
	WrongAudience Attack = "wrong-audience"
	OtherIssuer   Attack = "other-issuer"
	Unsigned      Attack = "unsigned"
	OtherKey      Attack = "other-key" // signed with a key that nobody named
	Tampered      Attack = "tampered"  // changed after it was signed
	NoEmail       Attack = "no-email"
)

// Attacks on OpenID Connect.
const (
	WrongState      Attack = "wrong-state"
	WrongNonce      Attack = "wrong-nonce"
	NoNonce         Attack = "no-nonce"
	NotVerified     Attack = "not-verified"
	NotVerifiedText Attack = "not-verified-text" // as the text "false", which some providers send
	VerifiedUnsaid  Attack = "verified-unsaid"   // no claim email_verified at all
	KeyAsSecret     Attack = "key-as-secret"     // HS256 with the public key
	NoIDToken       Attack = "no-id-token"
	OtherDiscovery  Attack = "other-discovery"   // the discovery document names another issuer
	OtherIssuerBack Attack = "other-issuer-back" // the parameter iss of the way back (RFC 9207)
	OtherPerson     Attack = "other-person"      // the user info is about somebody else, and the ID token names no address
	HugeAnswer      Attack = "huge-answer"
	DiscoveryFails  Attack = "discovery-fails"
)

// Attacks on SAML.
const (
	TooEarly         Attack = "too-early"
	Old              Attack = "old" // issued long ago, still valid
	NoAudience       Attack = "no-audience"
	WrongRecipient   Attack = "wrong-recipient"
	WrongDestination Attack = "wrong-destination"
	WrongRequest     Attack = "wrong-request" // InResponseTo names a request that was never made
	NoRequest        Attack = "no-request"    // no InResponseTo, though there was a request
	Replay           Attack = "replay"        // the last answer again
	OtherEntity      Attack = "other-entity"  // issuer of the assertion alone
	Failure          Attack = "failure"       // a status that is no success
	Comment          Attack = "comment"       // a comment in the name, put there after signing
	Doctype          Attack = "doctype"       // a document type with an entity
	Deep             Attack = "deep"          // thousands of elements in each other
	SHA1             Attack = "sha1"
	NoAssertion      Attack = "no-assertion"
	Two              Attack = "two-assertions" // both signed
	WrapBefore       Attack = "wrap-before"    // a forged assertion before the signed one
	WrapAfter        Attack = "wrap-after"
	WrapInside       Attack = "wrap-inside"    // the signed one inside a forged one's signature
	WrapExtension    Attack = "wrap-extension" // the signed one in the answer's extensions
	WrapObject       Attack = "wrap-object"    // the signed answer inside the signature of a forged one
	SameID           Attack = "same-id"        // forged and signed assertion with one ID
)

// Signs is what of a SAML answer is signed.
type Signs string

// What is signed.
const (
	SignsAssertion Signs = "assertion"
	SignsResponse  Signs = "response"
	SignsBoth      Signs = "both"
)
