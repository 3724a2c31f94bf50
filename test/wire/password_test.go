package wire_test

import (
	"encoding/json"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strings"
	"testing"
	"time"

	"jackfield/internal/access"
	"jackfield/internal/mail"
	"jackfield/internal/mail/mailtest"
	"jackfield/internal/server"
	"jackfield/internal/store"
	"jackfield/internal/store/storetest"
)

// none sends a request without credentials.
var none = map[string]string{"Authorization": ""}

func (h *house) logIn(email, password string) *answer {
	h.t.Helper()
	return h.do(request{method: "POST", path: "/authentication", body: body(map[string]any{"username": email, "password": password}), header: none})
}

// bearer logs in and gives the header of the login.
func (h *house) bearer(email, password string) map[string]string {
	h.t.Helper()
	var login struct{ Token string }
	h.logIn(email, password).want(200).into(&login)
	return map[string]string{"Authorization": "Bearer " + login.Token}
}

func body(members map[string]any) string {
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// person makes a user with the password of the administrator in the administrator's account.
func (h *house) person(email string, roles ...string) *store.User {
	h.t.Helper()
	admin, err := h.server.Access.FirstAdministrator(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	hash, err := h.server.Access.NewPasswordHash(h.t.Context(), admin.Organization.ID, password, access.Person{})
	if err != nil {
		h.t.Fatal(err)
	}
	u := &store.User{
		AccountID: admin.Account.ID, Email: email, FirstName: "Grace", LastName: "Hill", PasswordHash: hash, Secret: access.NewSecret(),
		Roles: roles, Active: true,
	}
	if err := h.server.DB.CreateUser(h.t.Context(), u); err != nil {
		h.t.Fatal(err)
	}
	return u
}

func (h *house) asUser(u *store.User) map[string]string {
	return map[string]string{"Authorization": "User " + u.Secret + ", Organization " + h.organization}
}

const policies = "/organizations/password-policies"

func TestAPasswordPolicyIsReadWrittenAndReset(t *testing.T) {
	t.Parallel()
	h := build(t)
	type policy struct {
		MinLength, MinUppercase, MinLowercase, MinNumbers, MinSymbols, PreviousPasswordCount, ExpirationDays *int
		SymbolCharacterSet, CreatedDt, UpdatedDt                                                             *string
	}
	read := func(a *answer) policy {
		t.Helper()
		var p policy
		a.want(200).into(&p)
		for name, missing := range map[string]bool{
			"minLength": p.MinLength == nil, "minUppercase": p.MinUppercase == nil, "minLowercase": p.MinLowercase == nil, "minNumbers": p.MinNumbers == nil,
			"minSymbols": p.MinSymbols == nil, "previousPasswordCount": p.PreviousPasswordCount == nil, "expirationDays": p.ExpirationDays == nil,
			"symbolCharacterSet": p.SymbolCharacterSet == nil, "createdDt": p.CreatedDt == nil, "updatedDt": p.UpdatedDt == nil,
		} {
			if missing {
				t.Fatalf("the answer lacks %s: %s", name, a.body)
			}
		}
		return p
	}
	first := read(h.do(request{path: policies}))
	if *first.MinLength != 8 || *first.MinUppercase != 1 || *first.MinLowercase != 1 || *first.MinNumbers != 1 || *first.MinSymbols != 1 || *first.ExpirationDays != 0 {
		t.Errorf("the default is %s", h.do(request{path: policies}).body)
	}
	put := read(h.do(request{method: "PUT", path: policies, body: `{"minLength":10,"minUppercase":10,"minLowercase":0,"minNumbers":0,"minSymbols":3,
		"symbolCharacterSet":"!@#$%^&*()","previousPasswordCount":9,"expirationDays":1000,"createdDt":7,"extra":{}}`}))
	if *put.MinLength != 10 || *put.MinUppercase != 10 || *put.MinLowercase != 0 || *put.SymbolCharacterSet != "!@#$%^&*()" || *put.ExpirationDays != 1000 ||
		*put.PreviousPasswordCount != 9 || *put.CreatedDt == "" || *put.UpdatedDt == "" {
		t.Errorf("after PUT: %+v", put)
	}
	if again := read(h.do(request{path: policies})); *again.MinLength != 10 || *again.CreatedDt != *put.CreatedDt {
		t.Errorf("after PUT it reads %+v", again)
	}
	// What is left out has its default, whatever was in force before.
	if part := read(h.do(request{method: "PUT", path: policies, body: `{"minLength":12}`})); *part.MinLength != 12 || *part.MinUppercase != 1 || *part.ExpirationDays != 0 {
		t.Errorf("after PUT of a part: %+v", part)
	}
	h.do(request{method: "DELETE", path: policies}).want(200)
	if last := read(h.do(request{path: policies})); *last.MinLength != 8 {
		t.Errorf("after DELETE: %+v", last)
	}
	h.do(request{method: "DELETE", path: policies}).want(200)

	user := h.asUser(h.person("grace@example.org", access.RoleOrganizationUser))
	h.do(request{path: policies, header: user}).want(200)
	h.do(request{method: "PUT", path: policies, body: "{}", header: user}).want(403, "modifySecurity")
	h.do(request{method: "DELETE", path: policies, header: user}).want(403, "modifySecurity")
	h.do(request{path: "/mails", header: user}).want(403, "modifySecurity")
	h.do(request{path: "/mails/-1", header: user}).want(403, "modifySecurity")
	h.do(request{path: policies, header: none}).want(401)
}

func TestAFieldOfAPolicyOutOfItsRangeIsNamed(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{method: "PUT", path: policies, body: `{"minLength":9}`}).want(200)
	for field, values := range map[string][]string{
		"minLength":             {"7", "-1", "0", "null", `"8"`, "8.5", "[]", "257", "1152921504606846976", "1e2", "true"},
		"minUppercase":          {"11", "-1", "null"},
		"minLowercase":          {"-1", "11", "{}"},
		"minNumbers":            {"11", "-1", `""`},
		"minSymbols":            {"-1", "11", "99999999999999999999999"},
		"symbolCharacterSet":    {"null", "7", `["!"]`, `""`, `"!\u0000"`, `"!\n"`, `"` + strings.Repeat("!", 257) + `"`},
		"previousPasswordCount": {"10", "-1", "null"},
		"expirationDays":        {"-1", "1152921504606846976", "36501", "null"},
	} {
		for _, value := range values {
			a := h.do(request{method: "PUT", path: policies, body: fmt.Sprintf(`{%q: %s}`, field, value)})
			if a.status != 400 || !strings.Contains(string(a.body), field) {
				t.Errorf("%s %s: %d %s", field, short([]byte(value)), a.status, a.body)
			}
		}
	}
	for _, text := range []string{"", "null", "[]", "7", `"x"`, "{", `{"minLength":9}x`} {
		h.do(request{method: "PUT", path: policies, body: text, header: map[string]string{"Content-Type": "application/json"}}).want(400)
	}
	h.do(request{method: "PUT", path: policies, body: `{"x":"` + strings.Repeat("x", 2<<20) + `"}`}).want(413, "1 MiB")
	h.do(request{path: policies}).want(200, `"minLength":9`, `"expirationDays":0`)
}

func TestAPasswordIsChangedByItsOwnerAndOtherLoginsEnd(t *testing.T) {
	t.Parallel()
	h := build(t)
	const path = "/authentication/passwords"
	h.person("grace@example.org")
	here, there := h.bearer("grace@example.org", password), h.bearer("grace@example.org", password)
	change := func(header map[string]string, text string) *answer {
		return h.do(request{method: "POST", path: path, body: text, header: header})
	}
	for name, test := range map[string]struct {
		body, want string
		status     int
	}{
		"no body":           {"", "password", 400},
		"nothing":           {"{}", "password is required", 400},
		"null":              {`{"password":null}`, "password is required", 400},
		"a number":          {`{"password":7}`, "The body must be", 400},
		"a list":            {`[]`, "The body must be", 400},
		"too short":         {`{"password":"short"}`, "at least", 400},
		"the first name":    {`{"password":"Grace-Passw0rd"}`, "first name", 400},
		"a megabyte":        {`{"password":"` + strings.Repeat("aB1!", 250_000) + `"}`, "longer than 1024 bytes", 400},
		"two megabytes":     {`{"password":"` + strings.Repeat("aB1!", 500_000) + `"}`, "1 MiB", 413},
		"the wrong current": {`{"password":"Another-Passw0rd","currentPassword":"Wrong-Passw0rd"}`, "currentPassword is wrong", 403},
	} {
		t.Log(name)
		change(here, test.body).want(test.status, test.want)
	}
	change(none, `{"password":"Another-Passw0rd"}`).want(401)
	// A secret is no login of a moment ago.
	change(nil, `{"password":"Another-Passw0rd"}`).want(400, "currentPassword is required")
	h.do(request{path: policies, header: there}).want(200)

	change(here, `{"password":"Another-Passw0rd"}`).want(200, "{}") // as old clients do, right after the login
	h.do(request{path: policies, header: here}).want(200)
	h.do(request{path: policies, header: there}).want(401)
	h.logIn("grace@example.org", password).want(401)
	there = h.bearer("grace@example.org", "Another-Passw0rd")
	change(here, `{"password":"Third-Passw0rd","currentPassword":"Another-Passw0rd"}`).want(200)
	h.do(request{path: policies, header: there}).want(401)
	h.logIn("grace@example.org", "Third-Passw0rd").want(200)
}

func TestPasswordsOfBeforeMayNotComeAgain(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.do(request{method: "PUT", path: policies, body: `{"previousPasswordCount":2}`}).want(200)
	h.person("grace@example.org")
	header := h.bearer("grace@example.org", password)
	change := func(to string) *answer {
		return h.do(request{method: "POST", path: "/authentication/passwords", body: body(map[string]any{"password": to}), header: header})
	}
	change(password).want(400, "used before")
	change("Second-Passw0rd").want(200)
	change(password).want(400, "used before")
	change("Third-Passw0rd").want(200)
	change(password).want(200)
}

// age makes the password of a user older.
func (h *house) age(u *store.User, days int) {
	h.t.Helper()
	at := time.Now().AddDate(0, 0, -days).UnixMilli()
	if _, err := h.server.DB.Writer().ExecContext(h.t.Context(), "UPDATE users SET password_changed_at = $1 WHERE id = $2", at, u.ID); err != nil {
		h.t.Fatal(err)
	}
}

func TestAnExpiredPasswordIsGoodForItsChangeAlone(t *testing.T) {
	t.Parallel()
	h := build(t)
	u := h.person("grace@example.org")
	h.age(u, 31)
	h.logIn(u.Email, password).want(200)
	h.do(request{method: "PUT", path: policies, body: `{"expirationDays":30}`}).want(200)
	h.logIn(u.Email, password).want(401, "has expired", "PUT /authentication/passwords")
	h.logIn(u.Email, "Wrong-Passw0rd").want(401, "The username or the password is wrong")
	h.do(request{path: policies, header: h.asUser(u)}).want(200) // secrets are no passwords

	change := func(text string) *answer {
		return h.do(request{method: "PUT", path: "/authentication/passwords", body: text, header: none})
	}
	change(`{"username":"grace@example.org","currentPassword":"Wrong-Passw0rd","password":"Another-Passw0rd"}`).want(401, "wrong")
	change(`{"username":"nobody@example.org","currentPassword":"Wrong-Passw0rd","password":"Another-Passw0rd"}`).want(401, "wrong")
	change(`{"username":null,"currentPassword":null,"password":"Another-Passw0rd"}`).want(400, "required")
	change(`{"username":"grace@example.org","currentPassword":"`+password+`"}`).want(400, "password is required")
	change(`{"username":"grace@example.org","currentPassword":"`+password+`","password":"weak"}`).want(400, "at least")
	var login struct{ Token string }
	change(`{"username":"grace@example.org","currentPassword":"`+password+`","password":"Another-Passw0rd"}`).want(200, `"username":"grace@example.org"`).into(&login)
	h.do(request{path: policies, header: map[string]string{"Authorization": "Bearer " + login.Token}}).want(200)
	h.logIn(u.Email, "Another-Passw0rd").want(200)
	h.logIn(u.Email, password).want(401)
}

// postOffice lets a house send its letters by a server.
func postOffice(t *testing.T, s *mailtest.Server) option {
	t.Helper()
	at, err := mail.ParseServer("smtp://" + s.Address)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *server.Options) {
		o.MailServer, o.MailFrom, o.ProviderTLS = at, &netmail.Address{Name: "Jackfield", Address: "jackfield@example.org"}, s.TLS
	}
}

// tokenIn finds the token of the link in a letter.
func tokenIn(t *testing.T, text string) string {
	t.Helper()
	_, after, found := strings.Cut(unfolded(text), "/reset-password?token")
	if !found {
		t.Fatalf("the letter has no link: %s", text)
	}
	token := strings.TrimPrefix(strings.TrimPrefix(after, "=3D"), "=")
	token, _, _ = strings.Cut(strings.ReplaceAll(token, "\r", ""), "\n")
	if token, err := url.QueryUnescape(token); err == nil {
		return token
	}
	t.Fatalf("%q is no token", token)
	return ""
}

// unfolded is a letter without the breaks that its lines got on the way.
func unfolded(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "=\r\n", ""), "=\n", "")
}

const resets = "/authentication/passwords/reset"

func (h *house) forget(email string) *answer {
	return h.do(request{method: "POST", path: resets, body: body(map[string]any{"email": email}), header: none})
}

func (h *house) reset(token, password string) *answer {
	return h.do(request{method: "PUT", path: resets, body: body(map[string]any{"token": token, "password": password}), header: none})
}

func TestAForgottenPasswordIsReplacedByALetterOnce(t *testing.T) {
	t.Parallel()
	post := mailtest.Start(t, mailtest.Options{})
	h := build(t, postOffice(t, post))
	u := h.person("grace@example.org")
	session := h.bearer(u.Email, password)
	same := h.forget("nobody@example.org").want(200)
	if known := h.forget(" GRACE@example.org").want(200); string(known.body) != string(same.body) || string(same.body) != "{}" {
		t.Errorf("answers differ: %s, %s", known.body, same.body)
	}
	letter := next(t, post)
	if letter.To != u.Email || !letter.TLS || strings.Contains(letter.Data, "Grace") || !strings.Contains(unfolded(letter.Data), h.server.URL()+"/reset-password?token") {
		t.Errorf("%+v", letter)
	}
	token := tokenIn(t, letter.Data)
	h.reset(token, "weak").want(400, "at least")
	h.reset(token, "Grace-Passw0rd").want(400, "first name")
	h.reset(token+"x", "Another-Passw0rd").want(400, "used already or is too old")
	h.do(request{path: policies, header: session}).want(200)
	h.reset(token, "Another-Passw0rd").want(200, "{}")
	h.do(request{path: policies, header: session}).want(401)
	h.reset(token, "Third-Passw0rd").want(400, "used already or is too old")
	h.logIn(u.Email, "Another-Passw0rd").want(200)

	// Nobody reads the letter here: it was sent.
	var letters []struct {
		ID     int64
		Status string
		Text   *string
	}
	h.do(request{path: "/mails"}).want(200).into(&letters)
	if len(letters) != 1 || letters[0].Text != nil {
		t.Fatalf("%+v", letters)
	}
	one := h.do(request{path: fmt.Sprintf("/mails/%d", letters[0].ID)}).want(200, `"textHidden":`, `"to":"grace@example.org"`)
	if strings.Contains(string(one.body), token) {
		t.Errorf("the letter is shown: %s", one.body)
	}
	for _, id := range []string{"-1", "1152921504606846976", "99999999999999999999999", "x"} {
		h.do(request{path: "/mails/" + id}).want(404)
	}
	h.do(request{path: "/mails?nextPage=x"}).want(400, "nextPage")
}

func TestALetterOfResetIsForUsersWhoMayLogIn(t *testing.T) {
	t.Parallel()
	post := mailtest.Start(t, mailtest.Options{})
	h := build(t, postOffice(t, post))
	u, idle, elsewhere := h.person("grace@example.org"), h.person("idle@example.org"), h.person("elsewhere@example.org")
	ctx := t.Context()
	storetest.SetActive(t, h.server.DB, idle.ID, false)
	if _, err := h.server.DB.Writer().ExecContext(ctx, "UPDATE users SET password_hash = '' WHERE id = $1", elsewhere.ID); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{}", `{"email":null}`, `{"email":7}`, `[]`} {
		h.do(request{method: "POST", path: resets, body: text, header: none}).want(400, "email")
	}
	for _, text := range []string{"", "{}", `{"token":null,"password":"x"}`, `{"token":7,"password":"x"}`, `{"token":"x"}`} {
		h.do(request{method: "PUT", path: resets, body: text, header: none}).want(400, "token")
	}
	for _, email := range []string{"idle@example.org", "elsewhere@example.org", "system@jackfield.invalid", "x", strings.Repeat("x", 5000), "grace@example.org' --"} {
		h.forget(email).want(200, "{}")
	}
	// Requests are looked at one after the other: the letter of the last one is the first that comes.
	h.forget(u.Email).want(200)
	if letter := next(t, post); letter.To != u.Email {
		t.Errorf("a letter went to %s", letter.To)
	} else {
		token := tokenIn(t, letter.Data)
		storetest.SetActive(t, h.server.DB, u.ID, false)
		h.reset(token, "Another-Passw0rd").want(400, "used already or is too old")
		storetest.SetActive(t, h.server.DB, u.ID, true)
		if _, err := h.server.DB.Writer().ExecContext(ctx, "UPDATE password_resets SET expires_at = $1", time.Now().UnixMilli()); err != nil {
			t.Fatal(err)
		}
		h.reset(token, "Another-Passw0rd").want(400, "used already or is too old")
	}
	for range 5 {
		h.forget(u.Email).want(200)
	}
	next(t, post)
	next(t, post)
	h.forget(h.admin(t).User.Email).want(200)
	if letter := next(t, post); letter.To == u.Email {
		t.Error("a user is sent more than three letters within an hour")
	}
	for range 30 {
		if h.forget(u.Email).status == 429 {
			return
		}
	}
	t.Error("one address may ask as often as it likes")
}

func (h *house) admin(t *testing.T) *access.Principal {
	t.Helper()
	admin, err := h.server.Access.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return admin
}

func next(t *testing.T, post *mailtest.Server) mailtest.Letter {
	t.Helper()
	select {
	case letter := <-post.Letters:
		return letter
	case <-time.After(20 * time.Second):
		t.Fatal("no letter came")
		return mailtest.Letter{}
	}
}

func TestALetterThatCouldNotBeSentIsSentAfterARestart(t *testing.T) {
	t.Parallel()
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	inFolder := func(o *server.Options) { o.Data = folder }
	h := build(t, inFolder, func(o *server.Options) {
		at, err := mail.ParseServer("smtp://" + address)
		if err != nil {
			t.Fatal(err)
		}
		o.MailServer, o.MailFrom = at, &netmail.Address{Address: "jackfield@example.org"}
	})
	u := h.person("grace@example.org")
	h.forget(u.Email).want(200)
	eventually(t, func() bool {
		return strings.Contains(string(h.do(request{path: "/mails"}).want(200).body), `"status":"waiting","error":"`) &&
			!strings.Contains(string(h.do(request{path: "/mails"}).body), `"error":""`)
	})
	if err := h.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	post := mailtest.Start(t, mailtest.Options{Listen: address})
	h = build(t, inFolder, postOffice(t, post))
	token := tokenIn(t, next(t, post).Data)
	h.reset(token, "Another-Passw0rd").want(200)
	h.logIn(u.Email, "Another-Passw0rd").want(200)
}

func TestWithoutAMailServerAnAdministratorHandsTheLinkOn(t *testing.T) {
	t.Parallel()
	h := build(t)
	u := h.person("grace@example.org")
	// A role that may read letters and do little else.
	clerk := h.person("clerk@example.org", access.RoleOrganizationUser)
	h.do(request{method: "PUT", path: "/organizations/roles", body: `[{"key":"org","privileges":[{"key":"modifySecurity"}]}]`})
	h.forget(u.Email).want(200)
	h.forget(h.admin(t).User.Email).want(200)
	var letters []struct {
		ID         int64
		To, Status string
	}
	eventually(t, func() bool {
		h.do(request{path: "/mails"}).want(200).into(&letters)
		return len(letters) == 2
	})
	if letters[0].To != h.admin(t).User.Email || letters[1].Status != "outbox" {
		t.Fatalf("%+v", letters)
	}
	var one struct{ Text, TextHidden string }
	h.do(request{path: fmt.Sprintf("/mails/%d", letters[1].ID)}).want(200).into(&one)
	token := tokenIn(t, one.Text)
	h.do(request{path: fmt.Sprintf("/mails/%d", letters[0].ID)}).want(200, "textHidden", "your own password")
	if read := h.do(request{path: fmt.Sprintf("/mails/%d", letters[0].ID), header: h.asUser(clerk)}); read.status != 403 {
		read.want(200, "textHidden", "more than you")
	}
	h.reset(token, "Another-Passw0rd").want(200)
	h.logIn(u.Email, "Another-Passw0rd").want(200)
}

func TestAnEmailIsLockedAfterManyWrongPasswordsOverAllServers(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	inFolder := func(o *server.Options) { o.Data = folder }
	h := build(t, inFolder)
	u := h.person("grace@example.org")
	for range 10 {
		h.logIn(u.Email, "Wrong-Passw0rd").want(401)
	}
	if wait := h.logIn(u.Email, password).want(429, "Too many failed logins").header.Get("Retry-After"); wait == "" {
		t.Error("it does not say when to come back")
	}
	if err := h.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	h = build(t, inFolder) // what the memory knew is forgotten, what the database knows is not
	for range 5 {
		h.logIn(u.Email, "Wrong-Passw0rd").want(401)
	}
	locked := h.logIn(u.Email, password).want(429, "15 in a row")
	if wait := locked.header.Get("Retry-After"); wait != "30" && wait != "29" {
		t.Errorf("Retry-After %q", wait)
	}
	h.do(request{path: policies, header: h.asUser(u)}).want(200) // secrets go on
	if err := h.server.Access.Unlock(t.Context(), h.admin(t).Organization.ID, u.ID); err != nil {
		t.Fatal(err)
	}
	h.logIn(u.Email, password).want(200)
}

func TestAUserWithAWeakPasswordIsRefusedForItsFirstFault(t *testing.T) {
	t.Parallel()
	h := build(t)
	n := 0
	create := func(password string) *answer {
		n++
		return h.do(request{method: "POST", path: "/organizations/users", body: body(map[string]any{
			"firstName": "churros", "lastName": "Bakery", "email": fmt.Sprintf("sweet.tooth%d@example.org", n), "password": password,
		})})
	}
	for _, test := range []struct{ password, want string }{
		{"short", "at least"}, {"MissingNumber!", "numeric"}, {"missingupper1!", "uppercase"}, {"MISSINGLOWER1!", "lowercase"},
		{"Churros1!", "first name"}, {"TheBakery1!", "last name"}, {"NoSymbols1", "special character"},
	} {
		create(test.password).want(400, test.want)
	}
	create(fmt.Sprintf("Sweet.Tooth%d!", n+1)).want(400, "username")
	create("Good-Passw0rd").want(200, "sweet.tooth")
	h.do(request{method: "PUT", path: policies, body: `{"symbolCharacterSet":"!@#$%^&*()","minLength":10,"minNumbers":2}`}).want(200)
	create("OtherSymb12?").want(400, "special character")
	create("Short-12").want(400, "at least 10")
	create("Only-One-Number1").want(400, "numeric")
	create("Good!Passw0rd1").want(200)
	h.do(request{method: "DELETE", path: policies}).want(200)
	create("OtherSymb1?").want(200)
}
