package conversion

func (c *conversion) openAPI(data []byte) {}
func (c *conversion) wsdl(data []byte)    {}
