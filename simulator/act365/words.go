package act365

// Words from which names and texts are put together. All of them are made up or everyday words;
// no list of real people or firms is in here.

var firstNames = boxed("Ada", "Alma", "Anton", "Arlo", "Bela", "Bruno", "Cara", "Celia", "Dario", "Dora", "Edda", "Emil",
	"Enzo", "Fenja", "Flora", "Gido", "Greta", "Hanno", "Ida", "Ilja", "Iris", "Jaro", "Jonna", "Kai", "Karla", "Lasse",
	"Leni", "Lio", "Luisa", "Malin", "Marek", "Mira", "Nele", "Nilo", "Noa", "Odo", "Oona", "Orla", "Palle", "Pia",
	"Quirin", "Ravi", "Rhea", "Rufus", "Sanna", "Selma", "Silas", "Svea", "Tamo", "Thea", "Tilda", "Udo", "Una", "Vera",
	"Vito", "Wanda", "Wim", "Xenia", "Yara", "Yorick", "Zita", "Zoran")

var lastNameHeads = []string{"Ash", "Birch", "Black", "Bram", "Clay", "Cold", "Crane", "Dale", "Elm", "Fair", "Fen", "Glen",
	"Hawk", "Hazel", "Hedge", "Holm", "Kirk", "Lark", "Ling", "Marl", "Mead", "Moss", "North", "Oak", "Penn", "Quill",
	"Raven", "Reed", "Rook", "Sand", "Stone", "Thorn", "Vale", "West", "Whit", "Wren"}

var lastNameTails = []string{"beck", "borough", "bridge", "brook", "bury", "combe", "dale", "don", "field", "ford", "gate",
	"ham", "hurst", "leigh", "ley", "low", "mere", "mont", "more", "ridge", "shaw", "stead", "ton", "well", "wick", "wood", "worth"}

var companyHeads = []string{"Amber", "Blue Kettle", "Copper", "Drumlin", "Eastgate", "Fallow", "Granite", "Harbour", "Inkwell",
	"Juniper", "Keystone", "Lantern", "Millrace", "Nettle", "Orchard", "Paper Boat", "Quarry", "Redwood", "Saltmarsh",
	"Tinder", "Umbra", "Velvet", "Waypoint", "Yellow Door", "Zephyr"}

var companyTails = boxed("Works", "Trading", "Foods", "Logistics", "Studio", "Instruments", "Textiles", "Partners",
	"Energy", "Print", "Outdoors", "Analytics", "Gardens", "Joinery", "Optics")

var jobTitles = boxed("Buyer", "Owner", "Office Manager", "Head of Sales", "Accountant", "Engineer", "Planner",
	"Managing Director", "Assistant", "Warehouse Lead", "Designer", "Consultant")

var sources = boxed("Trade fair", "Website", "Referral", "Cold call", "Newsletter", "Partner")

var streets = []string{"Mill Lane", "Quay Street", "Orchard Road", "Station Way", "Lower Gate", "Chapel Hill", "Kiln Row", "Weaver Street"}

var cities = [][3]any{
	{"Aberfeld", "North", "Avaria"}, {"Brunswell", "North", "Avaria"}, {"Carsholm", "Coast", "Avaria"},
	{"Dunmere", "Coast", "Avaria"}, {"Eltenburg", "Hills", "Belmark"}, {"Farrowgate", "Hills", "Belmark"},
	{"Gillham", "Plains", "Belmark"}, {"Hestervik", "Isles", "Cormany"},
}

var subjects = []string{"order", "renewal", "delivery", "contract", "sample", "price list", "invoice", "visit", "training", "complaint"}

var seasons = []string{"spring", "summer", "autumn", "winter", "January", "June", "year-end"}

var verbs = []string{"Talk about", "Prepare", "Send", "Check", "Follow up", "Agree on", "Present"}

var groupNames = []string{"Key accounts", "Newsletter", "Resellers", "Suppliers", "Prospects", "Former customers", "Press",
	"Trade fair", "Workshop", "Beta testers", "Christmas cards", "Service contracts", "Northern region", "Coast region",
	"Hills region", "Isles region", "Training 1", "Training 2", "Pilot project", "Partners"}

var stageNames = []string{"Leads", "Qualification", "Meeting", "Proposal", "Negotiation", "Closed"}

var zoneNames = boxed("Europe/Berlin", "America/New_York", "Asia/Kabul", "Mountain Standard Time", "UTC", "Australia/Sydney")

var emailDomains = []string{"example.com", "example.org", "example.net"}

// boxed keeps words as values of rows, so that a record that uses one does not copy it.
func boxed(words ...string) []any {
	list := make([]any, len(words))
	for i, word := range words {
		list[i] = word
	}
	return list
}
