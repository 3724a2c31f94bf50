// People copy the whole calendar address where only its key is wanted: the key is its last part.
const given = String(request_path_variables.urlKey);
const key = given.replace(/[?#].*$/, '').replace(/\/+$/, '').split('/').pop();

done(key === given || key === '' ? {} : { request_vendor_path: '/Calendar/' + encodeURIComponent(key) });
