package catalog

// FollowBy is Follow without a clock: the folder is looked at when look is called.
func (c *Catalog) FollowBy(dir string, report func(int, []Broken)) (look func(), err error) {
	f, err := c.follow(dir, report)
	if err != nil {
		return nil, err
	}
	return f.look, nil
}
