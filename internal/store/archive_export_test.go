package store

// Boolean reports whether PostgreSQL keeps true and false in a column.
func (c ArchivedColumn) Boolean() bool { return c.boolean }

// Counter is the column of a table whose ids are counted.
func (t ArchivedTable) Counter() string { return t.counter }

// TrafficTables are those that may be left out.
var TrafficTables = trafficTables

// TablesOf are the tables that the migrations of a folder made.
func TablesOf(folder string) map[string]bool { return tablesOf(folder) }
