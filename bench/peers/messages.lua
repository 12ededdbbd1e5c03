-- What the clients of bench/src/load.rs write: ten texts in three languages, and a new contact after five messages.
-- One thread writes for all connections in turn, so that little of the processors' time is the client's.
local TEXTS = {
  "你们周末几点开门？",
  "I want to complain: my order arrived broken and nobody answers me!",
  "請問運費怎麼算？寄到香港要幾天？",
  "收到的积木少了两块，我要投诉，订单号 20260310-1187。",
  "How long does shipping take?",
  "謝謝！",
  "发票怎么开？公司抬头可以吗？",
  "My remote-control car does not pair with the controller any more. Can it be repaired?",
  "我想買十盒當公司禮物，有優惠嗎？",
  "Thank you, that helped.",
}
local MESSAGES_OF_A_CONTACT = 5

local headers = { ["content-type"] = "application/json" }
local name, customers
local sent = 0

function init(arguments)
  name, customers = arguments[1], tonumber(arguments[2])
end

-- As many customers write as there are connections, each in its turn.
function request()
  local customer, turn = sent % customers, math.floor(sent / customers)
  local contact = string.format("%s-%d-%d", name, customer, math.floor(turn / MESSAGES_OF_A_CONTACT))
  local text = TEXTS[(customer + turn) % #TEXTS + 1]
  sent = sent + 1
  return wrk.format("POST", nil, headers, string.format('{"contact":"%s","text":"%s"}', contact, text))
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests":%d,"seconds":%f,"p50_ms":%f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, failed))
end
