package conversion

func (c *conversion) wsdl(data []byte) {}
