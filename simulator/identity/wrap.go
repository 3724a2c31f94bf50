package identity

import "github.com/beevik/etree"

// forged is an unsigned assertion about somebody who did not log in.
func (s *Simulator) forged(q Request, t Settings) *etree.Element {
	q.Person.Email = mallory
	t.Attack = ""
	return s.assertion(q, t)
}

// wrap moves the signed assertion of an answer and puts a forged one where a careless reader looks for it.
func (s *Simulator) wrap(whole, signed *etree.Element, q Request, t Settings) {
	switch t.Attack {
	case WrapBefore:
		whole.RemoveChild(signed)
		whole.AddChild(s.forged(q, t))
		whole.AddChild(signed)
	case WrapAfter:
		whole.AddChild(s.forged(q, t))
	case SameID:
		evil := s.forged(q, t)
		evil.CreateAttr("ID", signed.SelectAttrValue("ID", ""))
		whole.RemoveChild(signed)
		whole.AddChild(evil)
		whole.AddChild(signed)
	case WrapInside: // the forged one carries the signature, which refers to the signed one in an object of its own
		evil := s.forged(q, t)
		signature := signed.SelectElement("Signature")
		if signature == nil {
			return
		}
		signature = signature.Copy()
		bare := signed.Copy()
		bare.RemoveChild(bare.SelectElement("Signature"))
		signature.CreateElement("ds:Object").AddChild(bare)
		evil.InsertChildAt(1, signature)
		whole.RemoveChild(signed)
		whole.AddChild(evil)
	case WrapExtension:
		whole.RemoveChild(signed)
		extensions := etree.NewElement("samlp:Extensions")
		extensions.AddChild(signed)
		whole.InsertChildAt(1, extensions)
		whole.AddChild(s.forged(q, t))
	}
}

// wrapResponse hides the signed answer inside the signature of a forged one.
func (s *Simulator) wrapResponse(signed *etree.Element, q Request, t Settings) *etree.Element {
	evil := s.envelope(q, t)
	signature := signed.SelectElement("Signature")
	if signature == nil {
		signature = signed.FindElement("./Assertion/Signature")
	}
	if signature == nil {
		return evil
	}
	signature = signature.Copy()
	signature.CreateElement("ds:Object").AddChild(signed.Copy())
	evil.InsertChildAt(1, signature)
	evil.AddChild(s.forged(q, t))
	return evil
}
