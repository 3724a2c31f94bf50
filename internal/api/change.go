package api

import "jackfield/internal/fault"

// changeManagement answers every route of change management: it is known that commits, pull requests and releases of definitions
// existed, and nothing of what they were (reference/accounts-and-access.md §11).
func (a *API) changeManagement(*exchange) error {
	return fault.New(fault.NotImplemented, "Change management is not supported: keep definitions in a folder (--catalog), or export and import them by /elements/{keyOrId}/export and POST /elements")
}

// signUpPartner answers POST /signup-partners, which wants the credential of a partner. This server knows no partners.
func (a *API) signUpPartner(*exchange) error {
	return fault.New(fault.Unauthenticated, "Signing up needs the credential of a partner, and this server has no partners: a customer administrator adds organizations by POST /customers/signup")
}
