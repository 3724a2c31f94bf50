// The site of the subdomain, else the first that the user agreed to, is where all calls go.
const sites = Array.isArray(response_body) ? response_body : [];
const own = 'https://' + configuration.subdomain + '.atlassian.net';
const site = sites.find((one) => one.url === own) || sites[0];

if (configuration['authentication.type'] !== 'oauth2' || response_iserror) {
  done({});
} else if (site === undefined) {
  done({ response_error_message: 'The user has agreed to no Jira site: authenticate again and choose one' });
} else {
  done({ configuration: { 'base.url': 'https://api.atlassian.com/ex/jira/' + site.id + '/rest/api/2' } });
}
