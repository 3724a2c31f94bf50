// Calls one operation of doctor-core, as the vendor's promote service does, and ends with what it ends with.
// Arguments: exportAsset | importAsset | deleteAsset, the kind of asset, the options as JSON.
// The account comes in BASE_URL and AUTHORIZATION: secrets do not belong among arguments.
import {createRequire} from 'node:module';

const core = createRequire(import.meta.url)('@cloudelements/doctor-core');
const [operation, kind, options] = process.argv.slice(2);
const account = {baseUrl: process.env.BASE_URL, authorization: process.env.AUTHORIZATION};

core.eventHandler.emitter.on(core.eventHandler.EventTopic.ASSET_STATUS, ({assetName, assetStatus, error}) => {
  if (assetStatus === 'failed') process.stderr.write(`${assetName}: ${error}\n`);
});
await core[operation](kind, account, JSON.parse(options));
