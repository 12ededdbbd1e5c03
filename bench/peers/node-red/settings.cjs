// The defaults, without the editor, and nothing but warnings in the log.
module.exports = {
  uiHost: "127.0.0.1",
  uiPort: process.env.PORT,
  flowFile: "flow.json",
  disableEditor: true,
  httpAdminRoot: false,
  credentialSecret: false,
  functionGlobalContext: { desk: require(process.env.STEPS) },
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: "warn", metrics: false, audit: false } },
};
