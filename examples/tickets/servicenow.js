// Business rule of ServiceNow on Requested Item (sc_req_item), "When: async", "Update", with the condition that Approval
// changes to Approved. It asks once for each item: what is sent again is answered as the first time.
// System properties: alloyrun.hook is the webhook's address, alloyrun.secret (password2) what the secret holds.
(function executeRule(current) {
  var body = JSON.stringify({
    number: current.getValue("number"),
    short_description: current.getValue("short_description"),
    lifetime: String(current.variables.lifetime),
    requested_for: { email: String(current.request.requested_for.email) },
  }).replace(/[\u007f-\uffff]/g, function (character) {
    // What is signed are bytes, so none is left to be encoded in one way or another.
    return "\\u" + ("000" + character.charCodeAt(0).toString(16)).slice(-4);
  });
  var seconds = Math.floor(new GlideDateTime().getNumericValue() / 1000);
  var key = GlideStringUtil.base64Encode(gs.getProperty("alloyrun.secret"));
  var mac = new GlideCertificateEncryption().generateMac(key, "HmacSHA256", seconds + "." + body);
  var request = new sn_ws.RESTMessageV2();
  request.setEndpoint(gs.getProperty("alloyrun.hook"));
  request.setHttpMethod("post");
  request.setRequestHeader("Content-Type", "application/json");
  request.setRequestHeader("X-Alloyrun-Signature", "t=" + seconds + ",v1=" + mac);
  request.setRequestBody(body);
  var response = request.execute();
  if (response.getStatusCode() >= 400)
    gs.error("alloyrun refused " + current.getValue("number") + ": " + response.getBody());
})(current);
