//! English, lower case. A word stands for its inflections too ("cancel": cancels, cancelled, cancelling); other forms are listed.
//!
//! The longest phrase wins, so `Nothing` takes the sting out of look-alikes ("man made", "smoke detector").

use switchboard_sdk::phrases::{Entry, Group, Phrases, count, sorted};

use crate::concept::Concept as C;

const GROUPS: &[Group<C>] = &[
    (
        C::Nothing,
        "human hair|human error|human size|human body|human sized|human rights|human resources|human anatomy|man made|manmade|travel agent|cleaning agent|estate agent|real estate|person sized|per person|first person|\
        smoke detector|smoke alarm|smoke machine|smoke grey|smoke gray|smoke color|smoke colour|no smoking|smoked salmon|fire truck|fire engine|fire sale|fire station|fire department toy|fire stick|fire tablet|fire tv|fire hd|fire pit|fire alarm|\
        fire resistant|fire retardant|fire extinguisher|fire safety|fire hazard rating|fireproof|fire proof|fire red|fire hydrant|fire up|fire fighter|fire him|fire her|fire them|fire your|fire that|fire this|you're on fire|you are on fire|ur on fire|\
        sale is on fire|deals are on fire|sales are on fire|gas station|gas grill|gas price|gas pump|natural gas grill|first aid kit|ambulance toy|toy ambulance|shock absorber|shock proof|shockproof|price shock|sticker shock|choke collar|not only|\
        credit card holder|card holder|order of|in order to|in order|out of order form|in return for|return of the|many happy returns|return address label|what's up|whats up|how are you|how r u|how are u|how do you do|in person|\
        i claim that|health insurance|book shelf|bookshelf|note book|notebook|water bottle|exchange rate|stock photo|light bulb|good question|back pack|hand bag|thank god|thank goodness|no thanks|no thank you|no thankyou|hurry up|right now|right away|immediately|asap|at once|\
        burning question|burn calories|burning calories|bomb ass|bath bomb|photo bomb|da bomb|blow up doll|blow up pool|exploding kittens|gas light|gas lighting|gaslight|gaslighting|suffocating hot|customer review|customer reviews|great reviews|battery is dying|phone is dying|dying to|dying for|hurt my feelings|hurt my wallet|at least a human|finally a human|good reviews|read the reviews|read reviews",
    ),
    (
        C::Human,
        "human|humans|a real person|real person|real human|real people|live agent|live person|live human|live chat agent|live operator|live rep|live support|live assistant|human agent|human being|human operator|human support|human help|human assistance|free agent|actual person|actual human|physical person|\
        talk to a person|talk to people|agent please|representative please|operator please|agent pls|agent now|representative now|person please|person pls|call me|call me back|phone me|give me a call|ring me|call back please|callback|call us back|not a bot|not a robot|no bot|no bots|no robots|stop the bot|instead of a bot|\
        customer service rep|customer service representative|customer service agent|customer care agent|customer support agent|support agent|service agent|phone agent|hooman|hooman please|escalate this|escalate to|escalate my|speak to the manager|talk to the manager|your manager|your supervisor|your boss|a manager|a supervisor|the manager|the supervisor|duty manager|someone in charge|person in charge|transfer me|connect me|put me through|hand me over|switch me to",
    ),
    (
        C::Staff,
        "agent|representative|rep|operator|advisor|adviser|assistant|attendant|customer service|customer support|customer care|customer assistance|client service|client support|client assistance|customer help|support team|service team|support staff|staff|manager|supervisor|specialist|consultant|csr|service desk|help desk|helpdesk|support desk|customerservice|customersupport|employee|team member|support person|technician",
    ),
    (
        C::Somebody,
        "someone|somebody|anyone|anybody|person|people|one of you|some one|any one|a guy|a colleague",
    ),
    (
        C::StaffAlone,
        "agent|representative|operator|customer service|customer support|customer care|manager|supervisor|rep|assistant|person|someone|customerservice",
    ),
    (
        C::Presence,
        "anybody there|anyone there|someone there|anybody here|anyone here|anyone home|is anybody|is anyone|are you there|r u there|you there|still there",
    ),
    (
        C::Talk,
        "talk|talking|speak|spoke|speaking|chat|chatting|contact|contacting|reach|connect|transfer|get in touch|getting in touch|be in touch|get a hold|get hold|get ahold|call|calling|put through|get through|communicate|converse|phone|message|write to|email to|meet|spek|taslk",
    ),
    (
        C::Want,
        "want|wanna|need|give me|get me|can i get|can i have|could i get|could i have|may i have|i'd like|would like|let me have|looking for|please get|bring me|send me|is there|can you get|find me|show me|pass me|forward me",
    ),
    (
        C::Bot,
        "bot|robot|chatbot|machine|automated|virtual assistant|ai",
    ),
    (
        C::SmallTalk,
        "are you a bot|are you a robot|are you human|are you a human|are you real|are you a real|am i talking to|are you ai|are you a chatbot|are you bot|tell me a joke|a joke|joke|weather|your name|who are you|what are you|how old are you|where are you from|sing a song|do you like|i love you|you are a bot|you're a bot|meaning of life",
    ),
    (
        C::Complain,
        "complain|complaint|complaints|complaining|complian|complaing|claim|lodge a claim|file a claim|make a claim|reclamation|grievance|formal complaint|protest|dispute|report your|report this seller|bad review|negative review|one star|1 star|reklamation|customer claim|consumer claim|consumer complaint",
    ),
    (
        C::Legal,
        "lawyer|attorney|sue|suing|legal action|take legal|court|small claims|consumer protection|trading standards|better business bureau|bbb|consumer council|ombudsman|police report|chargeback|charge back|consumer rights",
    ),
    (
        C::Grievance,
        "not okay|really not ok|not acceptable|third time|second time in a row|fourth time|for the umpteenth time|yet again|terrible|awful|horrible|horrendous|disappointed|disappointing|disappointment|unacceptable|dissatisfied|unsatisfied|unhappy|not happy|not satisfied|not pleased|not good enough|poor quality|bad quality|low quality|cheap quality|quality is bad|quality is poor|quality is terrible|quality issue|worst|poor service|bad service|\
        scam|scammed|scammer|rip off|ripped off|ripoff|cheated|cheating|misleading|misled|false advertising|falsely advertised|not as described|not as advertised|doesn't match the description|does not match the description|nothing like the picture|different from the picture|not what was advertised|lied to|lied|lying|liars|dishonest|deceptive|deceived|\
        nobody answers|no one answers|nobody answered|no one answered|nobody replies|no one replies|nobody replied|no one replied|nobody responds|no one responds|no response|no reply|never replied|never responded|never answered|never got back|never called back|not responding|ignored|ignoring|ignore me|been ignored|nobody cares|nobody helps|no one helps|nobody helped|no one helped|\
        not resolved|unresolved|still not fixed|never fixed|not been resolved|keeps happening|kept waiting|too slow|so slow|very slow|unreliable|fed up|sick of|frustrating|frustrated|unprofessional|incompetent|pathetic service|a joke of|ridiculous|disgusting|smells bad|smells awful|bad smell|stinks|colour fades|color fades|fell apart|falling apart|falls apart|badly made|poorly made|false promise|broken promise|broke your promise|shoddy|substandard|inferior|lousy|every single time|lousy|unfair|disgraceful|subpar|appalling|atrocious",
    ),
    (
        C::Rudeness,
        "rude|rudely|rudeness|impolite|disrespectful|disrespected|hung up on me|hung up|hangs up|yelled at me|yelled|shouted at|insulted me|insulted|bad attitude|terrible attitude|poor attitude|awful attitude|attitude was|attitude is|sarcastic|unfriendly|condescending|dismissive|swore at|sworn at|laughed at me|racist|discriminated",
    ),
    (
        C::Fake,
        "counterfeit|is fake|it's fake|was fake|are fake|a fake|fakes|fake product|fake goods|knockoff|knock off|knock-off|not genuine|not authentic|not original|replica|bootleg",
    ),
    (
        C::WrongItem,
        "wrong item|wrong product|wrong size|wrong color|wrong colour|wrong order|wrong one|wrong thing|wrong model|wrong toy|wrong parcel|wrong package|wrong goods|different item|different product|not what i ordered|didn't order this|did not order this|missing part|missing parts|missing piece|missing pieces|missing item|missing items|missing from|\
        parts missing|part missing|pieces missing|piece missing|item missing|items missing|part is missing|parts are missing|pieces are missing|piece is missing|is missing|are missing|was missing|were missing|missing a|missing the|missing two|missing one|missing some|incomplete|short one|only received|only got|empty box|box was empty|box is empty|sent me the wrong|sent the wrong|sent wrong|received the wrong|received wrong|got the wrong|got wrong|came without|not included|wasn't included",
    ),
    (
        C::Damaged,
        "damaged|damage|crushed|dented|scratched|scratches|cracked|crack|shattered|torn|ripped|arrived broken|came broken|broken on arrival|smashed|spoiled|expired|mouldy|moldy|leaking bottle|used item|already opened|second hand|was opened|dead on arrival|faded|stained|bent",
    ),
    (
        C::Overcharge,
        "took the money twice|took my money twice|took money twice|taken twice|taken the money twice|debited twice|debited two times|deducted twice|deducted two times|charged 2 times|charged 2x|charged my card twice|charged my card two times|charged me two times|charged me 2 times|charged me again|charged for it twice|paid for it twice|paid two times|double payment|double billed|double billing|billed two times|two charges|two payments were taken|charged more than once|charged several times|charged three times|charged me three times|charged us twice|charged it twice|withdrawn twice|withdrew the money twice|charged twice|double charged|double charge|charged me twice|overcharged|overcharge|charged two times|charged too much|wrong amount|billed twice|billed me twice|paid twice|duplicate charge|duplicate payment|charged again|extra charge|unauthorized charge|unauthorised charge|didn't authorize|did not authorize|incorrect charge|charged double|wrong charge|unknown charge",
    ),
    (
        C::Fraud,
        "hacked|stolen card|stolen account|fraud|fraudulent|phishing|identity theft|someone used my|someone else used|compromised|data leak|leaked|impersonating|someone logged|card was stolen|unauthorized purchase",
    ),
    (
        C::Suggest,
        "suggest|suggestion|suggestions|recommend you|recommend that you|propose|proposal|idea|an idea|it would be nice|would be nice|it would be great|would be great if|would be better|would be cool|would be good if|would be helpful if|would love to see|would love if|you should|you guys should|you could|could you add|can you add|please add|wish you|i wish|improve|improvement|feature request|please consider|consider adding|have you considered|why don't you make|why not make|maybe add|perhaps add|maybe include|maybe you could|perhaps you could|hope you can add|hope you add|bring back|please make more|more colors please|if only",
    ),
    (
        C::Review,
        "review|feedback|feedbacks|opinion|comment|comments|rate your|rating|testimonial|feeback|survey form",
    ),
    (
        C::Order,
        "order|purchase|bought|purchases|ordered|ordering|orders|puchase|my stuff|booking|reservation|transaction",
    ),
    (
        C::Cancel,
        "cancel|cancellation|cancellations|cancelation|cancelled|canceled|cancelling|canceling|call off|stop my order|stop order|stop orders|abort|revoke|undo|call it off|changed my mind",
    ),
    (
        C::Change,
        "change|modify|edit|update|correct|correction|correcting|modification|alter|swap|switch|switching|amend|fix|replace|add|remove|delete|adjust|changing|modifying|include|reschedule|alteration|adding|removing|deleting|editing|updating",
    ),
    (
        C::ChangeOrder,
        "change the size|change the color|change the colour|change my size|change address|change my address|change the address|change delivery address|change my delivery|wrong address|wrong delivery address|wrong shipping address|incorrect address|ordered the wrong|ordered wrong|combine my orders|combine orders|add to my order",
    ),
    (
        C::Buy,
        "buy|buying|shopping|acquire|earn|purchase|purchasing|get|order|obtain",
    ),
    (
        C::Place,
        "book a|book an|book the|book my|book flight|book ticket|book tickets|place an order|place order|place orders|placing an order|placing order|place a order|make an order|make a purchase|making a purchase|make an purchase|make order|buy|buying|shop for|shopping|order something|order some|order several|order a few|order a couple|order few|order an|order one|order two|order three|order more|order the|order item|order items|order product|order products|order article|order articles|order your|order ur|\
        purchase some|purchase several|purchase a|purchase an|purchase item|purchase product|purchase article|purchase your|purchase ur|purchase the|purchase something|purchase one|purchase few|purchase it|purchase your item|acquire|earn|i'll take|i will take|add to cart|put me down for|preorder|pre order|reorder|re order|want to order|like to order|need to order|wanna order|going to order|help ordering|help to order|assistance ordering|assistance to order|how to order|how do i order|how can i order|can i order|i order|have to order|order for|bulk order|in bulk|ordering some|ordering several|ordering product|ordering item|ordering article|ordering something",
    ),
    (
        C::Track,
        "track|tracking|where is my order|where is my parcel|where is my package|where is my stuff|where's my order|where's my package|where's my parcel|wheres my order|wheres my package|where is my item|where is it|where is the order|where is order|where my order|where are my|where's my|wheres my|where is my|not arrived|hasn't arrived|hasnt arrived|haven't arrived|didn't arrive|never arrived|not delivered|not been delivered|hasn't been delivered|wasn't delivered|never delivered|not received|haven't received|havent received|have not received|didn't receive|didnt receive|did not receive|never received|hasn't come|never came|hasn't shipped|hasn't been shipped|not shipped|not been shipped|still waiting for my order|waiting for my order|waiting for my parcel|waiting for my package|still waiting for my|lost parcel|lost package|lost in transit|parcel lost|package lost|eta|dispatched|has it shipped|has it been shipped|did it ship|when will my|when does my|when is my|when will the order|when do i get my|when will it arrive|when will it be here|when will i get|when will i receive|when am i getting|still in transit|stuck in transit|in transit|out for delivery|tracking number|tracking info|late delivery|delivery is late|order is late|package is late|parcel is late|delayed|delay|is late|overdue|locate my order|locate order|locate purchase|locate my purchase|nothing has arrived|still not here|find my order|find my package|find my parcel|find order|find purchase",
    ),
    (
        C::Parcel,
        "parcel|package|shipment|my item|my product|my article|the item|the product|the article|the parcel|the package|my purchase|my things|an item|an article|a package|a parcel|a product|the order|my order|consignment",
    ),
    (
        C::Status,
        "status|progress|current state|state|situation|condition of|whereabouts|evolution",
    ),
    (
        C::Delivery,
        "delivery|deliver|deliveries|shipping|ship|shipments|ship to|deliver to|delivered to|shipping cost|shipping fee|free shipping|postage|courier|shipping method|shipping methods|delivery option|delivery options|delivery time|how long does it take|how long does shipping|how long does delivery|how long it takes|how soon can i expect|how soon|arrive|arrival|express delivery|next day delivery|same day delivery|pick up in store|pickup|collect in store|international|overseas|shipment|shipping time|expected",
    ),
    (
        C::Address,
        "address|addresses|adress|addres|delivery location|addy",
    ),
    (
        C::Refund,
        "refund|refunds|refunded|money back|reimburse|reimbursement|reimbursements|reimbursing|rebate|rebates|restitution|compensation|compensate|compensations|give me my money|return my money|get my money|credit back|price match|price adjustment|deposit back|moneyback|partial refund|repay|repayment|rebating|erimbursement",
    ),
    (
        C::Return,
        "return|returning|returned|returns|send back|send it back|sending it back|send this back|take it back|bring it back|give it back|return label|ship it back|ship back|mail it back|return policy",
    ),
    (
        C::Exchange,
        "exchange|exchanges|exchanging|replacement|replacements|replace it|replace them|replace this|replace my|swap it for|swap for|different size|another size|bigger size|smaller size|send me another|send a new one|send me a new|a new one instead|resend|reship",
    ),
    (
        C::Warranty,
        "warranty|guarantee|warranties|after sales|after-sales|aftersales|after sale",
    ),
    (
        C::Policy,
        "policy|policies|in what cases|in which cases|what cases|which cases|what situations|which situations|what circumstances|which circumstances|terms|conditions|how long do refunds|how long reimbursements|how long refunds|rules|eligible|allowed",
    ),
    (
        C::Repair,
        "repair|repairs|repairing|get it fixed|get it repaired|fix it|fix this|fix my|fix the|fixed|mend|technician|maintenance|needs fixing|need fixing|repairman|troubleshoot|send someone to fix",
    ),
    (
        C::Fault,
        "won't move|wont move|doesn't move|does not move|stopped moving|won't go|broken|broke|breaks|broke down|breaking down|not working|doesn't work|doesnt work|does not work|don't work|dont work|do not work|didn't work|did not work|isn't working|isnt working|is not working|aren't working|stopped working|stops working|no longer works|no longer working|won't work|wont work|not work|won't turn on|wont turn on|won't start|wont start|won't open|wont open|won't charge|wont charge|won't connect|wont connect|won't switch on|won't load|won't boot|doesn't turn on|does not turn on|doesn't start|doesn't charge|does not charge|doesn't open|does not open|not open|not opening|not opened|\
        doesn't connect|not connecting|can't connect|cant connect|cannot connect|can't turn|cannot turn|unable to connect|unable to open|unable to access|cannot open|can't open|cant open|not turning on|not charging|not loading|not responding to|no sound|no power|no picture|no display|defective|defect|faulty|malfunction|malfunctioning|dead|died|crash|crashes|crashing|crashed|freezes|freezing|frozen|hangs|hanging|hanged|stuck|glitch|glitchy|glitches|bug|bugs|buggy|error message|error code|blue screen|black screen|flickering|flickers|overheats|overheating|makes noise|loud noise|strange noise|screen is black|slow computer|lagging|laggy|jammed|jams|snapped|fell off|came off|loose|does nothing|won't light|doesn't light|doesn't spin|blinking|malware|virus|corrupted|out of order|acting up|wi-fi problem|wifi problem|internet is down|vpn|is down|are down|went down",
    ),
    (
        C::Page,
        "website|web site|web page|webpage|homepage|home page|web shop|webshop|online shop|online store|your site|the site|your page|this page|the page|checkout page|link|the cart|shopping cart",
    ),
    (
        C::Outage,
        "flood|flooded|flooding|burst pipe|pipe burst|water leak|leaking water|water leaking|leaking|leaks|leak|power outage|no electricity|no hot water|no water|no heating|locked out|lock is broken|elevator broken|lift broken|ceiling is dripping|sewage|toilet overflow|overflowing",
    ),
    (
        C::Invoice,
        "invoice|invoices|invoicing|receipt|bill|bills|tax number|vat|statement|proof of purchase|invoces",
    ),
    (
        C::Payment,
        "payment|payments|pay|paying|payment method|payment methods|payment option|payment options|payment modality|payment modalities|credit card|debit card|card was declined|card declined|declined|paypal|apple pay|bank transfer|installment|installments|cash on delivery|checkout|check out page|alipay|visa|mastercard|klarna|wire transfer|paymet|cod",
    ),
    (
        C::Account,
        "account|accounts|profile|log in|login|logged in|logging in|sign in|signin|signing in|sign up|signup|sign-up|signing up|register|registration|registrations|registering|registered|password|passwords|passcode|pwd|pin|pin code|access key|user key|username|membership|member|log out|verification code|otp|two factor|2fa|user account|user profile|personal info|personal information|personal data|personal details|my data|my details|my information|my info|my email|unlock|account details|loyalty points|points|user|pass word|passwd|unregister|acc|acount|subscription|subscriptions|freemium|premium|platinum",
    ),
    (
        C::Newsletter,
        "newsletter|newsletters|mailing list|unsubscribe|unsubscription|unsubscribing|subscribe|subscribing|email list|stop sending me emails|opt out|marketing emails|promotional emails|newslettre|newsleter",
    ),
    (
        C::Fee,
        "fee|fees|penalty|penalties|cancellation fee|cancellation charge|early exit|early termination|termination fee|termination charge|withdrawal fee|withdrawal charge|withdrawal penalty|cancellation penalty|exit fee|cost to cancel|late fee|service charge|charge for|charges|break the contract|breaking the contract|handling fee|how much does it cost to cancel|cancellation cost|cancellation costs",
    ),
    (
        C::Price,
        "price|prices|how much|cost|costs|discount|discounts|coupon|coupons|promo|promotion|promotions|voucher|vouchers|deal|deals|cheaper|cheap|expensive|sale|on sale|sales|gift card|quote|quotation|bulk price|price list|offer|special offer|black friday|promo code|wholesale",
    ),
    (
        C::Stock,
        "in stock|out of stock|stock|available|availability|restock|restocked|sold out|back in stock|have any left|any left|carry|do you sell|do you have any|still sell|selling|do you stock|preorder date|release date|coming out",
    ),
    (
        C::Product,
        "how do i use|how to use|how do i install|how to install|how do i assemble|how to assemble|assemble|assembly|install|instructions|manual|size|sizes|sizing|dimension|dimensions|color|colour|colors|colours|material|made of|weight|waterproof|batteries|battery|battery life|compatible|compatibility|suitable|what age|which age|age range|age|recommend|recommendation|difference between|which one|specs|specification|features|ingredients|allergens|nontoxic|non toxic|safe for|is it safe|genuine|authentic|brand|model|models|made in|washable|how many pieces|how big|how tall|how heavy|how wide|gift wrap|gift|catalog|catalogue|sample|product info|product information|information about your product|bluetooth|software update|software updates|update my outlook|keyboards",
    ),
    (
        C::Contact,
        "opening hours|business hours|office hours|working hours|hours|what time|what times|which hours|phone number|telephone number|number to call|contact number|customer service number|support number|free number|toll free|toll free number|hotline|email address of|e-mail of|customer service email|customer support email|e-mail|customer service e-mail|contact details|contact info|contact information|where are you located|your location|store location|nearest store|your store|your shop|open on|open today|open tomorrow|are you open|open until|you close|when do you open|when do you close|holiday hours|physical store|branch|parking",
    ),
    (
        C::Service,
        "appointment|flight|ticket|tickets|boarding pass|seat|seat assignment|hotel|book a|book an|book my|booked|expense|expenses|expense report|travel expense|global status|servers|server status|reschedule my|test drive|trial|demo|course|baggage|luggage|check in|upgrade",
    ),
    (
        C::Question,
        "how|what|when|where|which|who|why|whats|what's|is it|is there|are there|do you|does it|can i|can you|could i|could you|can u|could u|may i|would you|will you|do i|are you|have you|did you|am i|is the|is my|where's|when's|how's|wondering|wonder if|i'd like to know|want to know|wanna know|like to know|let me know|tell me|know more|information|info|question",
    ),
    (
        C::Help,
        "help|assistance|assist|support|question|questions|an inquiry|inquiry|enquiry|an issue|issue|problem|problems|trouble|troubles|issues|need info|some information|some info|guidance|query|ask you|ask something|difficulty",
    ),
    (
        C::Maybe,
        "does the|does your|will the|will your|can the|could the|would the|do these|do your|what if|what happens if|could it|can it|will it|would it|does it|do they|can they|could they|if it|if they|if my|if a|might|worried that|afraid|is it possible|is it likely|in case|prevent|risk of|at risk|is it going to|ever|does this|will this|can this|could this|is this|careful|avoid|danger of|used to",
    ),
    (
        C::Fire,
        "caught fire|catch fire|catches fire|catching fire|on fire|there is a fire|there's a fire|theres a fire|a fire|fire in|fire at|house fire|kitchen fire|burst into flames|bursting into flames|in flames|flames|flame coming|started a fire|start a fire|started burning|is burning|are burning|it's burning|its burning|burst into fire|set fire|fire broke out|fire started|burned my|burned down|burning down|burnt down|sparks|sparking|sparked|caught on fire|catching on fire|ignited|burning hot|burning battery|battery burning|battery burned",
    ),
    (
        C::Smoke,
        "smoking|smoke|smoke coming|smoke from|burning smell|smell of burning|smells burnt|smells like burning|smell burning|smelling burnt|smells burned|smouldering|smoldering|melting|melted|fumes|smokes",
    ),
    (
        C::Blast,
        "exploded|explode|explodes|exploding|explosion|blew up|blown up|blowing up|battery swollen|swollen battery|battery is swelling|battery swelling|battery is bulging|bulging battery|battery leaking acid|burst open",
    ),
    (
        C::Injury,
        "injured|injury|injuries|hurt my|hurt his|hurt her|got hurt|is hurt|was hurt|bleeding|bleeds|cut my finger|cut my hand|cut my arm|cut my leg|cut my face|cut my foot|cut my lip|cut his|cut her|cut myself|burned my hand|burnt my|burned his|burned her|burned myself|burnt her|burnt his|got burned|got burnt|scalded|choking|choked|choke|chokes|suffocating|suffocate|unconscious|passed out|fainted|can't breathe|cant breathe|cannot breathe|not breathing|taken to the hospital|taken to hospital|went to the hospital|going to the hospital|go to the hospital|rushed to|in the hospital|in hospital|call an ambulance|called an ambulance|need an ambulance|ambulance came|emergency room|broke my arm|broke his arm|broke her arm|broken arm|broken leg|poisoned|poisoning|food poisoning|allergic reaction|anaphylaxis|rash all over|suicide|suicidal|kill myself|dying|heart attack|seizure|concussion|blood everywhere|stitches|paramedics|poison control|hit in the eye|in his eye|in her eye|lost consciousness|is it an emergency|this is an emergency|medical emergency",
    ),
    (
        C::Swallow,
        "swallowed|swallow|swallows|swallowing|ingested|ate the battery|ate a battery|ate a magnet|ate a part|ate a piece|stuck in his throat|stuck in her throat|stuck in throat|stuck in my throat|up his nose|up her nose|in his throat|in her throat",
    ),
    (
        C::Gas,
        "gas leak|gas smell|smell gas|smelling gas|smells like gas|smell of gas|leaking gas|gas is leaking|gas leaking|carbon monoxide|smells of gas",
    ),
    (
        C::Shock,
        "electric shock|electrical shock|electrocuted|electrocution|got shocked|shocked me|shocks me|shock me|gave me a shock|got a shock|get a shock|live wire|shocked my|shocked him|shocked her|electrified",
    ),
    (
        C::Trapped,
        "trapped|stuck in the elevator|stuck in the lift|stuck in an elevator|stuck in elevator|stuck in lift|locked in|locked inside|finger is stuck|fingers stuck|finger stuck|hand is stuck|head is stuck|head stuck|hand stuck|can't get out",
    ),
    (
        C::Deadline,
        "urgent|urgently|deadline|time sensitive|time-sensitive|need it by|needs it by|need it today|need it tomorrow|need this by|need this today|need this tomorrow|need them by|need them tomorrow|must arrive by|has to arrive|before tomorrow|by tomorrow|by tonight|by today|running out of time|critical|leaving tomorrow|flying tomorrow|emergency order",
    ),
    (
        C::NearDay,
        "today|tonight|tomorrow|tmrw|tmr|this weekend|this evening|this afternoon|in two hours|in an hour|this saturday|this sunday|the day after tomorrow",
    ),
    (
        C::Occasion,
        "birthday|bday|wedding|party|exam|flight leaves|trip|funeral|anniversary|graduation|ceremony|interview|christmas|competition|baby shower|travelling|leaving|expires|due date",
    ),
    (
        C::FollowUp,
        "any news|any update|any updates|news on|update on|update for me|updates on|what's happening|whats happening|what is happening|what's going on|how is it going|how long more|how much longer|how long do i|still nothing|still waiting|been waiting|waiting for your|waiting for a|waiting for an|did you find|have you found|have you checked|is it done|is it ready|is it fixed|done yet|ready yet|fixed yet|not yet|follow up|following up|followup|checking in|as i said|last time|progress|so what now|what now|and now|any progress|heard nothing|hear back|get back to me|well",
    ),
    (
        C::Greeting,
        "hello|hi|hey|hiya|helo|hellow|good morning|good afternoon|good evening|good day|greetings|howdy|yo|hai|hi there|hey there|hello there|morning|lovely morning|evening|g'day|gday|ni hao|nihao|good night|hallo|heya|sup|hii|hiii",
    ),
    (
        C::Bye,
        "bye|goodbye|good bye|see you|see ya|cya|take care|have a nice day|have a good day|have a great day|have a good one|have a nice evening|have a good evening|farewell|byee|talk to you later|talk later|ttyl|catch you later|gotta go|have a wonderful day|bye bye|see u|good night bye",
    ),
    (
        C::Thanks,
        "thanks|thank you|thank u|thankyou|thx|thnx|thnks|tnx|ty|tysm|cheers|appreciate it|appreciate|appreciated|much appreciated|grateful|thankful|thank|thankx|thanx|thanku|thank's|many thanks",
    ),
    (
        C::Praise,
        "great|good|excellent|amazing|awesome|love|loved|perfect|fantastic|happy|satisfied|wonderful|nice|brilliant|best|lovely|cool|works now|solved|resolved|fixed it|fast delivery|quick delivery|fast response|super|adorable|fun",
    ),
    (
        C::Abuse,
        "fuck|fucking|fuckin|fucked|fucker|fck|fking|wtf|stfu|shit|shitty|bullshit|bs|damn|goddamn|goddam|bloody|asshole|ass|arse|bastard|bitch|idiot|idiots|idiotic|moron|morons|stupid|dumb|crap|crappy|piss off|pissed|screw you|go to hell|hell|suck|sucks|trash|garbage|useless|pathetic|loser|losers|dickhead|dick|cunt|jerk|jerks|retard|retarded|shut up|freaking|frigging|motherfucker|clowns|clown|morans|imbecile|scum|f***|f****** |f**k|sh*t",
    ),
    (
        C::Advert,
        "make money fast|earn money from home|work from home|casino|online casino|bitcoin investment|crypto investment|viagra|cialis|seo services|rank your website|boost your ranking|buy followers|cheap followers|free iphone|you have won|you've won|won a prize|claim your prize|lottery winner|adult dating|hot singles|xxx|porn|payday loan|fast loan|quick loan|double your bitcoin|guaranteed returns|nigerian prince|forex signals|escort|escorts|onlyfans|weight loss pills|replica watches",
    ),
    (
        C::Offer,
        "we offer|we are offering|we provide|we can provide|we can offer|i can offer you|we specialize in|we specialise in|our company offers|our company provides|our services include|our agency|our factory|we are a manufacturer|we are manufacturer|we are a leading|we are the leading|we are a professional|leading supplier|leading manufacturer|professional manufacturer|we can help your business|we can help you grow|i can help you rank|offering you|take advantage of our|check out our|visit our store|visit our shop|we supply",
    ),
    (
        C::AdvertHint,
        "click here|click this link|click the link|limited time|act now|free money|100% free|risk free|investment|investing|crypto|bitcoin|loan|loans|earn|per day|passive income|promote your|marketing services|web design services|seo|backlinks|followers|whatsapp me|telegram|dm me|visit our website|visit my|our services|we offer|special promotion|subscribe to my|guest post|sponsored|partnership|buy now|order now|shop now|sign up now|act fast|limited offer|best price guaranteed|lowest price|lowest prices|cheapest price|cheap pills|special discount|exclusive offer|exclusive deal|hot deal|special price|100% guaranteed|100% guarantee|guaranteed results|money back guarantee|no prescription|instant approval|dear sir|dear sir/madam|dear madam|dear friend|business proposal|business opportunity|increase your sales|grow your business|boost your|more traffic|website traffic|google ranking|first page of google|lead generation|cold email|wholesale supplier|factory direct|direct from factory|unsubscribe here|reply stop|earn money|extra income|get rich|bulk email|email list|verified reviews|5 star reviews|likes and followers",
    ),
];

static ENTRIES: [Entry; count(GROUPS)] = sorted(GROUPS);

/// The English word list.
pub(super) static TABLE: Phrases<C> = Phrases::new(GROUPS, &ENTRIES);

/// Words that are recognised with one typing error. None of danger: what would wake people up is taken only as written.
#[rustfmt::skip]
pub(super) const OFTEN_MISSPELT: &[&str] = &[
    "account", "accounts", "acquire", "address", "addresses", "agent", "arrived", "article", "assistance",
    "assistant", "availability", "available", "battery", "broken", "buying", "cancel", "cancellation",
    "cancelling", "change", "changing", "charge", "charges", "claim", "comment", "compensation", "complain",
    "complaining", "complaint", "connect", "contact", "contacting", "correct", "customer", "damaged",
    "defective", "deliver", "delivered", "delivering", "delivery", "discount", "exchange", "feedback",
    "freemium", "hello", "hours", "human", "information", "installing", "instructions", "invoice", "invoices",
    "manager", "method", "methods", "missing", "modify", "modifying", "newsletter", "operator", "opinion",
    "option", "options", "order", "ordering", "orders", "package", "parcel", "password", "payment",
    "payments", "penalties", "penalty", "person", "platinum", "policy", "premium", "price", "product",
    "profile", "purchase", "quality", "question", "rebate", "receipt", "receive", "received", "recover",
    "refund", "register", "registration", "reimburse", "reimbursement", "repair", "replace", "replacement",
    "representative", "reset", "restitution", "restore", "retrieve", "return", "returning", "review",
    "service", "shipment", "shipping", "signup", "somebody", "someone", "speak", "speaking", "standard",
    "status", "subscribe", "subscription", "suggest", "suggestion", "supervisor", "support", "technician",
    "termination", "thank", "thanks", "track", "tracking", "transfer", "unsubscribe", "update", "updating",
    "urgent", "warranty", "withdrawal", "working",
];

/// Everyday words one letter away from a listed one: never taken for its misspelling.
#[rustfmt::skip]
pub(super) const COMMON: &[&str] = &[
    "after", "border", "brother", "cheek", "cheese", "chess", "child", "clock", "coast", "count", "cream",
    "cross", "death", "every", "factory", "father", "fever", "floor", "found", "frame", "front", "giant",
    "grand", "great", "house", "humane", "later", "leave", "light", "local", "mother", "never", "older",
    "other", "paint", "pause", "place", "plate", "point", "pride", "prime", "prince", "quick", "quiet",
    "quite", "reason", "retain", "right", "round", "seven", "shirt", "short", "sleep", "small", "sound",
    "space", "spare", "spoke", "sport", "stack", "stage", "stand", "start", "state", "stay", "steel", "stick",
    "still", "stone", "store", "story", "thing", "things", "think", "three", "tired", "toast", "touch",
    "tower", "trace", "train", "trick", "truck", "trust", "under", "until", "using", "water", "waters",
    "whole", "worse", "worth", "years", "young", "yours",
];
