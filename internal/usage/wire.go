package usage

import (
	"encoding/json"
	"net/http"
	"time"

	"jackfield/internal/store"
)

// Record is one call as GET /usage answers it. The first twelve keys are always there
// (reference/http-conventions.md §8.2, reference/hub-api.md §9).
type Record struct {
	TrafficID           string `json:"traffic_id"`
	RequestID           string `json:"request_id"`
	TrafficDate         string `json:"traffic_date"`   // ISO 8601, UTC
	RequestStatus       string `json:"request_status"` // SUCCESS or FAILED
	RequestURI          string `json:"request_uri"`
	ElementAPI          string `json:"element_api"` // "GET /hubs/crm/accounts"
	RequestIP           string `json:"request_ip"`
	ProcessTime         int64  `json:"process_time"` // ms
	UserID              int64  `json:"user_id"`
	CompanyID           int64  `json:"company_id"`
	CompanyExternalID   string `json:"company_external_id"`
	CompanyExternalName string `json:"company_external_name"`

	AccountID         int64    `json:"account_id,omitempty"`
	ElementKey        string   `json:"element_key,omitempty"`
	ElementName       string   `json:"element_name,omitempty"`
	ElementInstanceID int64    `json:"element_instance_id,omitempty"`
	InstanceName      string   `json:"instance_name,omitempty"`
	ElementTags       []string `json:"element_tags,omitempty"`
	Tags              []string `json:"tags,omitempty"` // the same under the name that hub-api.md §9 has

	Trace json.RawMessage `json:"trace,omitempty"` // TraceDocument of a traced call; not in lists
}

// The two values of Record.RequestStatus.
const (
	Success = "SUCCESS"
	Failed  = "FAILED"
)

// Wire is a stored record as clients see it. The traffic id and the request id are the same.
func Wire(r store.UsageRecord) Record {
	status := Success
	if r.Status >= http.StatusBadRequest {
		status = Failed
	}
	return Record{
		TrafficID: r.RequestID, RequestID: r.RequestID,
		TrafficDate:   r.At.UTC().Format(time.RFC3339),
		RequestStatus: status, RequestURI: r.URI, ElementAPI: r.API, RequestIP: r.IP,
		ProcessTime: r.Duration.Milliseconds(),
		UserID:      r.UserID, CompanyID: r.OrganizationID,
		CompanyExternalID: r.OrganizationExternalID, CompanyExternalName: r.OrganizationName,
		AccountID: r.AccountID, ElementKey: r.ConnectorKey, ElementName: r.ConnectorName,
		ElementInstanceID: r.InstanceID, InstanceName: r.InstanceName,
		ElementTags: r.Tags, Tags: r.Tags,
	}
}
