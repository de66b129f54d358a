// Drives the vendor's own Node SDK through one alias's life; prints what it saw as JSON.
// Run as: node drive_onesignal.cjs SDK_FOLDER BASE_URL APP_ID API_KEY
const { createRequire } = require("node:module");
const [folder, baseUrl, appId, apiKey] = process.argv.slice(2);
const OneSignal = createRequire(folder + "/")("@onesignal/node-onesignal");

async function drive() {
  const configuration = OneSignal.createConfiguration({
    restApiKey: apiKey,
    baseServer: new OneSignal.ServerConfiguration(baseUrl, {}),
  });
  const api = new OneSignal.DefaultApi(configuration);
  const seen = {};
  const user = await api.createUser(appId, { identity: { external_id: "sdk/user 1" } });
  seen.created = user.identity;
  const body = { identity: { crm: "sdk-42" } };
  seen.added = (await api.createAlias(appId, "external_id", "sdk/user 1", body)).identity;
  seen.fetched = (await api.getAliases(appId, "crm", "sdk-42")).identity;
  seen.deleted = (await api.deleteAlias(appId, "external_id", "sdk/user 1", "crm")).identity;
  try {
    await api.getAliases(appId, "crm", "sdk-42");
  } catch (error) {
    if (!(error instanceof OneSignal.ApiException)) throw error;
    seen.missing = { status: error.code, messages: error.errorMessages };
  }
  seen.user = (await api.getUser(appId, "external_id", "sdk/user 1")).identity;
  process.stdout.write(JSON.stringify(seen));
}

drive();
