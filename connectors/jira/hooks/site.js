// An OAuth token is good for sites of a user, which have addresses of their own; with a key there is nothing to find out.
done(configuration['authentication.type'] === 'oauth2' ? {} : { continue: false, response_body: [] });
