package connector

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// The directory form of the doctor, a command-line client of the original platform: element.json without hook bodies,
// a file for each hook of the connector beside it, and one for each hook of a resource under resources/
// (reference/clients.md §3; followed as ce-util 2.1.5 and doctor-core 1.0.16 write and read it).
const (
	doctorJSON      = "element.json"
	doctorResources = "resources/"
	doctorHook      = "Hook.js"
	doctorExtended  = "_extended"
)

// maxFileName is the longest name of a file or folder that file systems take, in bytes.
const maxFileName = 255

// LoadDoctorDir reads the directory form. Every hook needs its file; all that are missing are named at once. The body
// that a hook has in element.json counts where hooks share a file, see DoctorFiles, or where there is no file: some
// keep a whole export under that name.
func LoadDoctorDir(fsys fs.FS) (*Definition, error) {
	text, err := readIn(fsys, doctorJSON)
	if err != nil {
		return nil, err
	}
	d, err := ParseJSON(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doctorJSON, err)
	}
	shared := map[string]int{}
	d.eachHook(func(_ string, r *Resource, h *Hook) { shared[strings.ToLower(doctorHookFile(r, h))]++ })
	total, missing := len(text), []Problem(nil)
	d.eachHook(func(place string, r *Resource, h *Hook) {
		name := doctorHookFile(r, h)
		if shared[strings.ToLower(name)] > 1 && Has(h, "body") {
			return
		}
		body, failed := readIn(fsys, name)
		switch total += len(body); {
		case errors.Is(failed, fs.ErrNotExist) && Has(h, "body"):
			return
		case errors.Is(failed, fs.ErrNotExist):
			missing = append(missing, Problem{Error, name, "is missing, and " + place + " has its script there"})
		case failed != nil && err == nil:
			err = fmt.Errorf("%s: %w", place, failed)
		case err == nil:
			err = tooLarge(total)
		}
		if err != nil {
			return
		}
		h.Body = string(body)
		Show(h, "body")
	})
	if err != nil {
		return nil, err
	}
	if err := Refuse(missing); err != nil {
		return nil, err
	}
	return d, nil
}

// DoctorFiles prints the directory form, by file name. It drops what the doctor drops: the id of the connector, ids and
// dates of configuration entries, parameters and hooks, dates of resources; and it sorts as the doctor does. A hook
// without a body gets an empty file. Where hooks share a file and differ, the doctor keeps the last one only; here each
// keeps its body in element.json as well, which the doctor does not look at.
func (d *Definition) DoctorFiles() (map[string][]byte, error) {
	bare, err := d.Clone()
	if err != nil {
		return nil, err
	}
	files, differ := map[string][]byte{}, map[string]bool{}
	first := map[string]string{} // by the name without case: some file systems take no notice of it
	bare.eachHook(func(_ string, r *Resource, h *Hook) {
		name := doctorHookFile(r, h)
		key := strings.ToLower(name)
		if body, taken := first[key]; !taken {
			first[key] = h.Body
		} else if body != h.Body {
			differ[key] = true
		}
		files[name] = []byte(h.Body)
	})
	Omit(bare, "id")
	for i := range bare.Configuration {
		Omit(&bare.Configuration[i], "id")
	}
	doctorParameters(bare.Parameters, "elementId")
	for i := range bare.Resources {
		Omit(&bare.Resources[i], "createdDate", "updatedDate")
		doctorParameters(bare.Resources[i].Parameters, "resourceId")
	}
	bare.eachHook(func(_ string, r *Resource, h *Hook) {
		owner := "elementId"
		if r != nil {
			owner = "resourceId"
		}
		Omit(h, "id", owner)
		if !differ[strings.ToLower(doctorHookFile(r, h))] {
			Omit(h, "body")
		}
	})
	files[doctorJSON], err = bare.doctorText()
	return files, err
}

func doctorParameters(parameters []Parameter, owner string) {
	for i := range parameters {
		Omit(&parameters[i], "id", owner, "createdDate", "updatedDate")
	}
}

// hubOfPath is what the doctor leaves out of a resource's name.
var hubOfPath = regexp.MustCompile(`/hubs/[^/]*/`)

// doctorHookFile is the file of a hook: preRequestHook.js, resources/GET-contacts-id-postRequestHook.js.
func doctorHookFile(r *Resource, h *Hook) string {
	if r == nil {
		return fileName(h.Type+doctorHook, maxFileName)
	}
	name := r.Method + "-" + r.Path
	if at := hubOfPath.FindStringIndex(name); at != nil {
		name = name[:at[0]] + name[at[1]:]
	}
	name = strings.NewReplacer("/", "-", "{", "", "}", "").Replace(name)
	return doctorResources + fileName(name+"-"+h.Type+doctorHook, maxFileName)
}

// DoctorFolders names the folder of each connector as the doctor does: after the connector's name and, where two share
// it, with _extended for the extension of a system connector. Names that are still the same get a number.
func DoctorFolders(all []*Definition) []string {
	return folders(all, func(d *Definition) string { return d.Name }, doctorFolder)
}

// KeyFolders names a folder, or the stem of a file, for each connector after its key, by the rules of DoctorFolders.
func KeyFolders(all []*Definition) []string {
	key := func(d *Definition) string {
		if d.Key == "" {
			return KeyFromName(d.Name)
		}
		return d.Key
	}
	return folders(all, key, func(key string) string { return key })
}

// longestExtension is what a folder's name leaves room for, so that it may name a file too, in bytes.
const longestExtension = 10

func folders(all []*Definition, name func(*Definition) string, clean func(string) string) []string {
	times := map[string]int{}
	for _, d := range all {
		times[name(d)]++
	}
	taken, names, next := map[string]bool{}, make([]string, len(all)), map[string]int{}
	for i, d := range all {
		end := ""
		if times[name(d)] > 1 && d.extends() {
			end = doctorExtended
		}
		stem := clean(name(d))
		plain := fileName(stem, maxFileName-longestExtension-len(end)) + end
		names[i] = plain
		for taken[strings.ToLower(names[i])] {
			next[plain]++
			end := end + "-" + strconv.Itoa(next[plain]+1)
			names[i] = fileName(stem, maxFileName-longestExtension-len(end)) + end
		}
		taken[strings.ToLower(names[i])] = true
	}
	return names
}

// extends reports whether the definition is an account's extension of a system connector, as the doctor tells it.
func (d *Definition) extends() bool {
	v, p := describe(d)
	bit, w := uint64(1)<<p.position("private"), wireOf(v)
	if d.Private || w.seen&bit != 0 && w.null&bit == 0 {
		return !d.Private
	}
	return d.Extended
}

var (
	folderBlanks = regexp.MustCompile(`[?>|/-]`)
	manyBlanks   = regexp.MustCompile(` +`)
)

// doctorFolder is a connector's name as the doctor makes a folder of it.
func doctorFolder(name string) string {
	name = strings.TrimFunc(folderBlanks.ReplaceAllString(name, " "), unicode.IsSpace)
	return manyBlanks.ReplaceAllString(name, "-")
}

// fileName makes a name that is one file or folder on every system, where it stands; names that already are stay as
// they are. What Windows alone does not take, such as a colon further in, stays: the doctor has it too.
func fileName(name string, limit int) string {
	safe := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || unicode.IsControl(r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(name, "-"))
	if len(safe) > 1 && safe[1] == ':' { // a drive
		safe = safe[:1] + "-" + safe[2:]
	}
	if trimmed := strings.TrimRight(safe, ". "); trimmed != safe || safe == "" {
		safe = trimmed + "_"
	}
	if stem, _, _ := strings.Cut(safe, "."); devices.MatchString(stem) {
		safe = stem + "_" + safe[len(stem):]
	}
	if len(safe) <= limit {
		return safe
	}
	sum := sha256.Sum256([]byte(name))
	end := "-" + hex.EncodeToString(sum[:8])
	for _, kept := range []string{doctorHook, ".js"} {
		if strings.HasSuffix(safe, kept) {
			end += kept
			break
		}
	}
	return strings.ToValidUTF8(safe[:limit-len(end)], "") + end
}

// devices are what Windows takes for a device and not a file, whatever extension follows.
var devices = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *$`)
