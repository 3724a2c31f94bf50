package soap

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"jackfield/internal/fault"

	"golang.org/x/text/encoding/unicode"
)

func decoded(t *testing.T, text string) *Document {
	t.Helper()
	d, err := Decode([]byte(text), "")
	if err != nil {
		t.Fatalf("%v: %v", text, err)
	}
	return d
}

func TestXMLBecomesJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, xml, want string }{
		{"elements and texts", `<a><b>x</b><c>y</c></a>`, `{"a":{"b":"x","c":"y"}}`},
		{"attributes and text", `<a id="7">x</a>`, `{"a":{"@id":"7","$":"x"}}`},
		{"attributes and elements", `<a id="7"><b/></a>`, `{"a":{"@id":"7","b":""}}`},
		{"repeated elements", `<a><b>x</b><c/><b>y</b></a>`, `{"a":{"b":["x","y"],"c":""}}`},
		{"numbers and booleans", `<a><n>2048</n><d>-1.50</d><t>true</t><z>0123</z><e>1e5</e><p>+49</p><v>5.5.0</v><l>12345678901234567</l></a>`,
			`{"a":{"n":2048,"d":-1.50,"t":true,"z":"0123","e":"1e5","p":"+49","v":"5.5.0","l":"12345678901234567"}}`},
		{"nil", `<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><b xsi:nil="true"/><c i:nil="1" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/><d xsi:nil="false">x</d></a>`, `{"a":{"b":null,"c":null,"d":"x"}}`},
		{"another nil", `<a xmlns:q="urn:q"><b q:nil="true"/></a>`, `{"a":{"b":{"@q:nil":"true"}}}`},
		{"xsi:type", `<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><b xsi:type="xsd:string">12</b><c xsi:type="xsd:int">12</c></a>`, `{"a":{"b":"12","c":12}}`},
		{"CDATA", `<a><![CDATA[<b>&amp;]]> and <![CDATA[more]]></a>`, `{"a":"\u003cb\u003e\u0026amp; and more"}`},
		{"mixed text", "<a>one <b>x</b>\n two</a>", `{"a":{"b":"x","$":"one \n two"}}`},
		{"blanks between elements", "<a>\n <b>x</b>\n</a>", `{"a":{"b":"x"}}`},
		{"prefixes stay in names", `<p:a xmlns:p="urn:p"><p:b p:c="1">x</p:b></p:a>`, `{"p:a":{"p:b":{"@p:c":"1","$":"x"}}}`},
		{"declarations of namespaces go", `<a xmlns="urn:a" xmlns:b="urn:b">x</a>`, `{"a":"x"}`},
		{"comments and instructions go by", `<?xml version="1.0"?><!-- c --><?php x?><a><!-- c -->x</a>`, `{"a":"x"}`},
		{"the five entities", `<a>&lt;&gt;&amp;&quot;&apos;&#228;&#x1F600;</a>`, `{"a":"\u003c\u003e\u0026\"'ä😀"}`},
		{"an array in the encoding of SOAP", `<a xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" e:arrayType="x[1]"><item>x</item></a>`, `{"a":["x"]}`},
	} {
		d, err := Decode([]byte(test.xml), "")
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := string(d.JSON()); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

const model = `{
 "response":{"type":"object","properties":{
  "count":{"type":"integer"},"total":{"type":"number"},"ok":{"type":"boolean"},"zip":{"type":"string"},
  "contact":{"type":"array","items":{"$ref":"#/definitions/Contact"}},"tags":{"type":"array","items":{"type":"string"}},
  "price":{"type":"Price"},"contacts":{"type":"ContactList"},"self":{"$ref":"response"},"empty":{"type":"Contact"}}},
 "Contact":{"type":"object","properties":{"id":{"type":"integer"},"name":{"type":"string"}}},
 "ContactList":{"type":"array","items":{"type":"Contact"}},
 "Price":{"type":"object","properties":{"currency":{"type":"string"},"value":{"type":"number"}}}}`

func TestAModelSaysWhatValuesAre(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, xml, want string }{
		{"kinds", `<r><count>007</count><total>.5</total><ok>1</ok><zip>01234</zip></r>`, `{"count":7,"total":0.5,"ok":true,"zip":"01234"}`},
		{"a text of digits", `<r><zip>12345</zip></r>`, `{"zip":"12345"}`},
		{"a list of one", `<r><contact><id>1</id><name>12</name></contact></r>`, `{"contact":[{"id":1,"name":"12"}]}`},
		{"a list of two", `<r><tags>1</tags><tags>b</tags></r>`, `{"tags":["1","b"]}`},
		{"a list with an element around it", `<r><contacts><contact><id>1</id></contact></contacts></r>`, `{"contacts":[{"id":1}]}`},
		{"an empty list", `<r><contacts/></r>`, `{"contacts":[]}`},
		{"prefixes are not compared", `<x:r xmlns:x="urn:x"><x:count>1</x:count></x:r>`, `{"count":1}`},
		{"attributes that the model names", `<r><price currency="EUR">5.10</price></r>`, `{"price":{"currency":"EUR","value":5.10}}`},
		{"text of an object without attributes", `<r><price>5.10</price></r>`, `{"price":{"value":5.10}}`},
		{"what is not of its kind stays text", `<r><count>many</count><ok>perhaps</ok></r>`, `{"count":"many","ok":"perhaps"}`},
		{"no number is null", `<r><count/><ok/></r>`, `{"count":null,"ok":null}`},
		{"an empty object", `<r><empty/></r>`, `{"empty":{}}`},
		{"what it does not name", `<r><other>5</other></r>`, `{"other":5}`},
		{"itself", `<r><self><count>1</count></self></r>`, `{"self":{"count":1}}`},
	} {
		got, ok := decoded(t, test.xml).At("r", false, NewShape([]byte(model), "response"))
		if !ok || string(got) != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestAPathIsFoundWhateverThePrefixes(t *testing.T) {
	t.Parallel()
	const answer = `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><n2:GetResponse xmlns:n2="urn:x"><item><id>1</id></item><item><id>2</id></item></n2:GetResponse></S:Body></S:Envelope>`
	for _, test := range []struct {
		path, want string
		list       bool
	}{
		{"soapenv:Envelope.soapenv:Body.GetResponse.item", `[{"id":1},{"id":2}]`, false},
		{"soap:Envelope.soap:Body", `{"n2:GetResponse":{"item":[{"id":1},{"id":2}]}}`, false},
		{"Body.GetResponse.item[0]", `{"id":1}`, false},
		{"Envelope.Body.GetResponse.item[*].id", `[1,2]`, false},
		{"Body.GetResponse.item[1]", `[{"id":2}]`, true},
		{"Body.Nothing", ``, true},
		{"Body.GetResponse.item[7]", ``, true},
	} {
		if got, _ := decoded(t, answer).At(test.path, test.list, nil); string(got) != test.want {
			t.Errorf("%s is %s, want %s", test.path, got, test.want)
		}
	}
}

func TestNamesCanBeWithoutPrefixes(t *testing.T) {
	t.Parallel()
	d := decoded(t, `<a:r xmlns:a="urn:a" xmlns:b="urn:b"><a:x b:k="1">1</a:x><b:x>2</b:x></a:r>`)
	d.Bare = true
	if got := string(d.JSON()); got != `{"r":{"x":[{"@k":"1","$":1},2]}}` {
		t.Error(got)
	}
	d = decoded(t, `<r xmlns:a="urn:a" xmlns:b="urn:b" a:k="1" b:k="2" k="3"/>`)
	d.Bare = true
	if got := string(d.JSON()); got != `{"r":{"@a:k":"1","@b:k":"2","@k":"3"}}` {
		t.Error(got)
	}
}

func TestHostileXMLIsRefused(t *testing.T) {
	t.Parallel()
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">`
	for i := range 9 {
		laughs += fmt.Sprintf(`<!ENTITY lol%d "%s">`, i+1, strings.Repeat("&lol"+strings.TrimPrefix(fmt.Sprint(i), "0")+";", 10))
	}
	laughs += `]><lolz>&lol9;</lolz>`
	for _, test := range []struct{ name, xml, want string }{
		{"billion laughs", laughs, "DOCTYPE"},
		{"an external entity", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, "DOCTYPE"},
		{"an external DTD", `<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>`, "DOCTYPE"},
		{"a parameter entity", `<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><a/>`, "DOCTYPE"},
		{"an entity of its own", `<a>&x;</a>`, "not valid XML"},
		{"depth", strings.Repeat("<a>", MaxDepth+1) + strings.Repeat("</a>", MaxDepth+1), "deeper than 100"},
		{"elements", "<a>" + strings.Repeat("<b/>", MaxElements) + "</a>", "more than 500000 elements"},
		{"attributes", "<a>" + strings.Repeat(`<b c="" d="" e=""/>`, MaxAttributes/3+1) + "</a>", "more than 500000 attributes"},
		{"attributes of one element", "<a" + manyAttributes(MaxOfElement+1) + "/>", "more than 1000 attributes"},
		{"an attribute twice", `<a b="1" b="2"/>`, "twice"},
		{"bytes", "<a>" + strings.Repeat(" ", MaxBytes) + "</a>", "larger than 32 MiB"},
		{"an end too many", `<a></a></a>`, "not open"},
		{"a wrong end", `<a><b></a></b>`, "not open"},
		{"another prefix at the end", `<x:a xmlns:x="u" xmlns:y="u"></y:a>`, "not open"},
		{"two roots", `<a/><b/>`, "two roots"},
		{"text outside", `<a/>text`, "outside"},
		{"cut off", `<a><b>`, "too early"},
		{"nothing", `  `, "too early"},
		{"an unquoted attribute", `<a b=c/>`, "not valid XML"},
		{"an unknown character set", `<?xml version="1.0" encoding="ebcdic-cp-us"?><a/>`, "character set"},
		{"control characters", "<a>\x01</a>", "not valid XML"},
		{"broken UTF-8", "<a>\xff</a>", "not valid XML"},
	} {
		begun := time.Now()
		d, err := Decode([]byte(test.xml), "")
		if err == nil {
			t.Errorf("%s was read: %.100s", test.name, d.JSON())
			continue
		}
		if !fault.Is(err, fault.Provider) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
		if spent := time.Since(begun); spent > 20*time.Second {
			t.Errorf("%s took %s", test.name, spent)
		}
	}
}

func manyAttributes(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, ` a%d=""`, i)
	}
	return out.String()
}

func TestCharacterSetsAreRead(t *testing.T) {
	t.Parallel()
	utf16 := func(order unicode.Endianness, bom unicode.BOMPolicy, text string) string {
		encoded, err := unicode.UTF16(order, bom).NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	for _, test := range []struct{ name, charset, xml string }{
		{"UTF-8", "", "<a>Zoë €</a>"},
		{"a byte order mark", "", "\xef\xbb\xbf<a>Zoë €</a>"},
		{"named by the transport", "utf-8", `<?xml version="1.0"?><a>Zoë €</a>`},
		{"named in quotes", `"UTF-8"`, `<a>Zoë €</a>`},
		{"declared", "", "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>Zo\xeb \x80</a>"},
		{"ISO-8859-15", "", "<?xml version='1.0' encoding='ISO-8859-15'?><a>Zo\xeb \xa4</a>"},
		{"ISO-8859-1 by the transport", "iso-8859-1", "<a>Zo\xeb \x80</a>"},
		{"the transport wins", "windows-1252", "<?xml version=\"1.0\" encoding=\"utf-8\"?><a>Zo\xeb \x80</a>"},
		{"UTF-16 with a mark", "", utf16(unicode.LittleEndian, unicode.UseBOM, `<?xml version="1.0" encoding="UTF-16"?><a>Zoë €</a>`)},
		{"UTF-16 of the other order", "utf-16", utf16(unicode.BigEndian, unicode.UseBOM, `<a>Zoë €</a>`)},
		{"UTF-16 without a mark", "", utf16(unicode.LittleEndian, unicode.IgnoreBOM, `<?xml version="1.0" encoding="UTF-16"?><a>Zoë €</a>`)},
		{"a transport that is wrong about UTF-16", "utf-16", `<?xml version="1.0" encoding="UTF-8"?><a>Zoë €</a>`},
	} {
		d, err := Decode([]byte(test.xml), test.charset)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := string(d.JSON()); got != `{"a":"Zoë €"}` {
			t.Errorf("%s: %s", test.name, got)
		}
	}
	if _, err := Decode([]byte("<a/>"), "x-mac-roman"); err == nil || !strings.Contains(err.Error(), "UTF-8, UTF-16 and ISO-8859-1 are read") {
		t.Errorf("an unknown one: %v", err)
	}
}

func TestFaultsAreRead(t *testing.T) {
	t.Parallel()
	envelope := func(version, said string) string {
		return `<s:Envelope xmlns:s="` + version + `"><s:Body><s:Fault>` + said + `</s:Fault></s:Body></s:Envelope>`
	}
	for _, test := range []struct {
		name, xml, words string
		kind             fault.Kind
	}{
		{"a client's", envelope(envelope11, `<faultcode>s:Client</faultcode><faultstring>No such contact</faultstring>`), "No such contact", fault.Invalid},
		{"a server's", envelope(envelope11, `<faultcode>s:Server</faultcode><faultstring>Out of memory</faultstring><detail><e:Error xmlns:e="urn:e"><e:line>7</e:line></e:Error></detail>`), "Out of memory (7)", fault.Provider},
		{"a sub code of 1.1", envelope(envelope11, `<faultcode>s:Client.Authentication</faultcode><faultstring>Who are you?</faultstring>`), "Who are you?", fault.Unauthenticated},
		{"WS-Security", envelope(envelope11, `<faultcode>wsse:FailedAuthentication</faultcode><faultstring>x</faultstring>`), "x", fault.Unauthenticated},
		{"a login", envelope(envelope11, `<faultcode>sf:INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: Invalid username</faultstring>`), "INVALID_LOGIN: Invalid username", fault.Unauthenticated},
		{"1.2", envelope(envelope12, `<s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en">Bad id</s:Text><s:Text xml:lang="de">Falsche Id</s:Text></s:Reason><s:Detail><id>x</id></s:Detail>`), "Bad id (x)", fault.Invalid},
		{"a sub code of 1.2", envelope(envelope12, `<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:InvalidSecurityToken</s:Value></s:Subcode></s:Code><s:Reason><s:Text>No</s:Text></s:Reason>`), "No", fault.Unauthenticated},
		{"a receiver's", envelope(envelope12, `<s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>Down</s:Text></s:Reason>`), "Down", fault.Provider},
		{"detail alone", envelope(envelope11, `<faultcode>s:Client</faultcode><faultstring/><detail>Broken</detail>`), "Broken", fault.Invalid},
		{"a code alone", envelope(envelope11, `<faultcode>s:Client</faultcode>`), "Client", fault.Invalid},
		{"words of credentials in a reason are no code", envelope(envelope11, `<faultcode>s:Client</faultcode><faultstring>unauthorized colour</faultstring>`), "unauthorized colour", fault.Invalid},
	} {
		f := decoded(t, test.xml).Fault()
		if f == nil {
			t.Errorf("%s: no fault", test.name)
			continue
		}
		if f.Words() != test.words || f.Kind() != test.kind {
			t.Errorf("%s: %q, %d", test.name, f.Words(), f.Kind())
		}
	}
	for _, xml := range []string{`<Fault/>`, `<Envelope><Body><a/></Body></Envelope>`, `<Envelope/>`, `<Envelope><Body><x><Fault/></x></Body></Envelope>`} {
		if decoded(t, xml).Fault() != nil {
			t.Errorf("%s is taken for a fault", xml)
		}
	}
}
