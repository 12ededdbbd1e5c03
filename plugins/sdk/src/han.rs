//! Which Han characters belong to one script only, and what a Traditional character is called in Simplified.
//!
//! The characters are those of GB 2312 and Big5, so what people write to a shop is covered; rarer ones stay as they are.
//! Kept as text because it is compact, costs nothing at start and can be read and mended by a person.
//! Every character takes three bytes of UTF-8, whose byte order is the order of the code points: that is what is searched.

use crate::text::is_one_of;

/// Pairs of a Traditional character and its Simplified form, ordered by the Traditional one.
const PAIRS: &str = "\
    丟丢並并乾干亂乱亙亘亞亚佇伫佈布佔占併并來来侖仑侶侣侷局係系俠侠俬私倀伥倆俩倉仓個个們们倖幸倫伦\
    偉伟側侧偵侦偽伪傑杰傖伧傘伞備备傢家傭佣傯偬傳传債债傷伤傾倾僅仅僑侨僕仆僥侥僱雇價价儀仪儂侬億亿\
    儈侩儉俭儐傧儔俦儕侪儘尽償偿優优儲储儷俪儻傥儼俨兇凶兌兑兒儿兗兖內内兩两冊册冑胄冪幂凈净凍冻凜凛\
    凱凯別别刪删則则剋克剎刹剛刚剝剥剮剐剴剀創创剷铲劃划劇剧劉刘劊刽劍剑劑剂勁劲動动務务勛勋勝胜勞劳\
    勢势勳勋勵励勸劝勻匀匯汇匱匮區区協协卹恤卻却厤历厭厌厲厉參参叢丛吳吴吶呐呂吕員员唸念問问啞哑啟启\
    喚唤喪丧喫吃喬乔單单喲哟嗆呛嗇啬嗎吗嗚呜嗶哔嘆叹嘍喽嘔呕嘖啧嘗尝嘩哗嘮唠嘯啸嘰叽噁恶噓嘘噥哝噯嗳\
    噴喷噸吨噹当嚀咛嚇吓嚐尝嚕噜嚙啮嚥咽嚨咙嚮向嚴严嚶嘤囀啭囁嗫囂嚣囈呓囌苏囑嘱囪囱國国圍围園园圓圆\
    圖图團团埰采執执堅坚堊垩堝埚堯尧報报場场塊块塋茔塒埘塗涂塚冢塢坞塵尘塹堑墊垫墜坠墮堕墳坟墾垦壇坛\
    壎埙壓压壘垒壙圹壞坏壟垄壢坜壩坝壯壮壺壶壽寿夠够夢梦夾夹奐奂奧奥奩奁奪夺奮奋妝妆妳你姍姗姦奸娛娱\
    婁娄婦妇媧娲媼媪媽妈嫗妪嫵妩嫻娴嬈娆嬋婵嬌娇嬤嬷嬪嫔嬰婴嬸婶孃娘孫孙學学孿孪宮宫寀采寢寝實实寧宁\
    審审寫写寬宽寵宠寶宝將将專专尋寻對对導导尷尴屆届屍尸屜屉屢屡層层屨屦屬属岡冈峴岘島岛峽峡崑昆崗岗\
    崙仑崢峥嵐岚嶄崭嶇岖嶸嵘嶺岭嶼屿嶽岳巋岿巒峦巔巅巖岩帥帅師师帳帐帶带幀帧幃帏幗帼幟帜幣币幫帮幹干\
    幾几庫库廁厕廂厢廄厩廈厦廕荫廚厨廝厮廟庙廠厂廢废廣广廬庐廳厅弒弑弔吊張张強强彆别彈弹彌弥彎弯彔录\
    彙汇彥彦彫雕彿佛後后徑径從从徠徕復复徵征徹彻恆恒恥耻悅悦悵怅悶闷悽凄惡恶惱恼惻恻愛爱愜惬愴怆愷恺\
    愾忾慄栗態态慍愠慘惨慚惭慟恸慣惯慫怂慮虑慶庆慼戚慾欲憂忧憊惫憐怜憑凭憚惮憤愤憫悯憮怃憲宪憶忆懇恳\
    應应懍懔懞蒙懣懑懲惩懶懒懷怀懸悬懺忏懼惧懾慑戀恋戰战戲戏戶户拋抛挾挟捨舍捫扪捱挨捲卷掃扫掄抡掙挣\
    掛挂採采揀拣揚扬換换揮挥損损搖摇搗捣搶抢摑掴摟搂摯挚摳抠摺折摻掺撈捞撐撑撓挠撣掸撥拨撫抚撲扑撳揿\
    撻挞撾挝撿捡擁拥擄掳擇择擊击擋挡擔担據据擠挤擣捣擬拟擯摈擰拧擱搁擲掷擴扩擷撷擺摆擻擞擾扰攆撵攏拢\
    攔拦攙搀攜携攝摄攢攒攣挛攤摊攪搅攬揽敗败敘叙敵敌數数斂敛斃毙斕斓斬斩斷断於于旂旗昇升時时晉晋晝昼\
    暈晕暉晖暢畅暫暂曄晔曆历曇昙曉晓曏向曖暧曠旷曬晒書书會会朧胧朮术東东枴拐柵栅柺拐桿杆梔栀條条梟枭\
    棄弃棗枣棟栋棧栈棲栖楊杨楓枫楨桢業业極极榦干榮荣構构槍枪槓杠槨椁槳桨樁桩樂乐樅枞樑梁樓楼標标樞枢\
    樣样樸朴樹树樺桦橈桡橋桥機机橢椭橫横檔档檜桧檢检檣樯檯台檳槟檸柠檻槛櫃柜櫓橹櫚榈櫛栉櫝椟櫥橱櫬榇\
    櫻樱欄栏權权欖榄欽钦歎叹歐欧歟欤歡欢歲岁歷历歸归歿殁殘残殤殇殭僵殮殓殯殡殲歼殺杀殼壳毀毁毆殴氈毡\
    氣气氫氢氬氩氳氲氾泛汎泛汙污決决沒没沖冲況况泝溯洩泄洶汹浹浃涇泾涼凉淒凄淚泪淨净淩凌淪沦淵渊淺浅\
    渙涣減减渦涡測测渾浑湊凑湧涌湯汤準准溝沟溫温溼湿滄沧滅灭滌涤滬沪滯滞滲渗滷卤滾滚滿满漁渔漚沤漢汉\
    漣涟漬渍漲涨漸渐漿浆潑泼潔洁潛潜潤润潯浔潰溃澀涩澆浇澇涝澗涧澠渑澤泽澱淀濁浊濃浓濕湿濘泞濛蒙濟济\
    濤涛濫滥濰潍濱滨濺溅濾滤瀆渎瀉泻瀋沈瀏浏瀕濒瀘泸瀝沥瀟潇瀨濑瀰弥瀲潋瀾澜灑洒灕漓灘滩灣湾灤滦災灾\
    為为烏乌烴烃無无煉炼煙烟煥焕煩烦煬炀熒荧熱热熾炽燈灯燉炖燒烧燙烫燜焖營营燦灿燬毁燭烛燴烩燻熏燼烬\
    燾焘爍烁爐炉爛烂爭争爺爷爾尔牆墙牘牍牠它牽牵犖荦犛牦犢犊犧牺狀状狹狭狽狈猙狰猶犹獃呆獄狱獅狮獎奖\
    獨独獰狞獲获獵猎獷犷獸兽獺獭獻献玀猡現现琱雕琺珐琿珲瑣琐瑤瑶瑩莹瑪玛璣玑璦瑷環环璽玺璿璇瓊琼瓏珑\
    瓔璎瓚瓒甌瓯甕瓮甚什產产甦苏甯宁畝亩畢毕畫画異异當当疇畴疊叠痙痉痠酸瘋疯瘍疡瘓痪瘡疮瘧疟瘺瘘療疗\
    癆痨癒愈癘疠癟瘪癡痴癢痒癥症癩癞癬癣癮瘾癰痈癱瘫癲癫發发皁皂皚皑皰疱皺皱盃杯盜盗盞盏盡尽監监盤盘\
    盧卢盪荡眾众睏困睜睁睞睐瞞瞒瞼睑矇蒙矚瞩矯矫硃朱硯砚碩硕確确碼码磚砖磧碛磯矶礎础礙碍礦矿礪砺礫砾\
    礬矾祇只祕秘祿禄禍祸禎祯禦御禪禅禮礼禱祷禿秃秈籼稅税稈秆稜棱稟禀種种稱称穀谷穌稣積积穎颖穡穑穢秽\
    穩稳穫获窩窝窪洼窮穷窯窑窺窥竄窜竅窍竇窦竊窃競竞筆笔筍笋筧笕箇个箋笺箏筝節节範范築筑篤笃篩筛簍篓\
    簑蓑簞箪簡简簣篑簫箫簽签簾帘籃篮籌筹籟籁籠笼籤签籬篱籮箩籲吁粵粤糝糁糞粪糧粮糰团糾纠紀纪紂纣約约\
    紅红紆纡紇纥紉纫紋纹納纳紐纽純纯紕纰紗纱紙纸級级紛纷紜纭紡纺紮扎細细紱绂紲绁紳绅紹绍紼绋絀绌終终\
    絃弦組组絆绊結结絕绝絛绦絞绞絡络絢绚給给絨绒統统絲丝絳绛絹绢綁绑綏绥綑捆經经綜综綞缍綠绿綢绸綬绶\
    維维綰绾綱纲網网綴缀綵彩綸纶綺绮綻绽綽绰綾绫綿绵緇缁緊紧緒绪緘缄緙缂線线緝缉緞缎締缔緣缘編编緩缓\
    緬缅緯纬緲缈練练緹缇緻致縈萦縉缙縊缢縐绉縑缣縛缚縝缜縞缟縣县縫缝縮缩縱纵縲缧縴纤縵缦縷缕縹缥總总\
    績绩繃绷繅缫繆缪繒缯織织繕缮繚缭繞绕繡绣繩绳繪绘繫系繭茧繳缴繹绎繼继繽缤續续纍累纏缠纓缨纔才纖纤\
    纜缆缽钵罈坛罌罂罰罚罵骂罷罢羅罗羈羁羋芈羨羡義义羶膻習习翫玩翹翘聖圣聞闻聯联聰聪聲声聳耸聶聂職职\
    聽听聾聋肅肃脅胁脈脉脣唇脩修脫脱脹胀腎肾腦脑腫肿腳脚腸肠膚肤膠胶膩腻膽胆膾脍膿脓臉脸臍脐臏膑臘腊\
    臚胪臟脏臥卧臨临臺台與与興兴舉举舊旧艙舱艦舰艱艰艷艳芻刍苧苎茲兹荊荆莊庄莖茎莢荚莧苋華华菴庵菸烟\
    萇苌萊莱萬万萵莴葉叶著着葦苇葯药葷荤蒐搜蒞莅蒼苍蓀荪蓆席蓋盖蓮莲蔔卜蔘参蔣蒋蔥葱蔭荫蕩荡蕪芜蕭萧\
    薊蓟薑姜薔蔷薦荐薩萨薹苔薺荠藍蓝藝艺藥药藪薮藹蔼藺蔺蘆芦蘇苏蘊蕴蘋苹蘚藓蘭兰蘿萝處处虛虚虜虏號号\
    虧亏蛻蜕蜆蚬蝕蚀蝦虾蝨虱蝸蜗螞蚂螢萤螻蝼蟄蛰蟈蝈蟬蝉蟯蛲蟲虫蟻蚁蠅蝇蠍蝎蠔蚝蠟蜡蠣蛎蠱蛊蠶蚕蠻蛮\
    衊蔑術术衕同衚胡衛卫衝冲衹只袞衮裊袅裏里補补裝装裡里製制複复褲裤褸褛褻亵襖袄襠裆襤褴襪袜襬摆襯衬\
    襲袭覆复覈核見见規规覓觅視视覦觎親亲覬觊覲觐覺觉覽览觀观觴觞觸触訂订訃讣計计訊讯訌讧討讨訐讦訓训\
    訕讪訖讫託托記记訛讹訝讶訟讼訣诀訥讷訪访設设許许訴诉訶诃診诊註注証证詁诂詆诋詐诈詔诏評评詛诅詞词\
    詠咏詢询詣诣試试詩诗詫诧詬诟詭诡詮诠詰诘話话該该詳详詼诙誅诛誇夸誌志認认誑诳誕诞誘诱誚诮語语誠诚\
    誡诫誣诬誤误誥诰誦诵誨诲說说誰谁課课誶谇誹诽誼谊調调諂谄諄谆談谈諉诿請请諍诤諒谅論论諛谀諜谍諦谛\
    諧谐諫谏諭谕諮咨諱讳諳谙諶谌諷讽諸诸諺谚諼谖諾诺謀谋謁谒謂谓謄誊謅诌謊谎謎谜謐谧謗谤謙谦講讲謝谢\
    謠谣謨谟謫谪謬谬謹谨謾谩譁哗證证譎谲譏讥識识譙谯譚谭譜谱譟噪譫谵譭毁譯译議议譴谴護护譽誉讀读變变\
    讒谗讓让讕谰讖谶讚赞讜谠豈岂豎竖豐丰豔艳豬猪貓猫貝贝貞贞負负財财貢贡貧贫貨货販贩貪贪貫贯責责貯贮\
    貲赀貳贰貴贵貶贬買买貸贷費费貼贴貽贻貿贸賀贺賁贲賂赂賃赁賄贿賅赅資资賈贾賊贼賑赈賒赊賓宾賜赐賞赏\
    賠赔賡赓賢贤賣卖賤贱賦赋質质賬账賭赌賴赖賺赚賻赙購购賽赛贅赘贈赠贊赞贍赡贏赢贓赃贖赎贗赝贛赣趕赶\
    趙赵趨趋跡迹踐践踰逾踴踊蹕跸蹟迹蹣蹒蹤踪蹺跷躉趸躊踌躋跻躍跃躑踯躓踬躡蹑躥蹿躪躏軀躯車车軋轧軌轨\
    軍军軒轩軔轫軛轭軟软軸轴軻轲軼轶軾轼較较載载輊轾輒辄輓挽輔辅輕轻輛辆輜辎輝辉輞辋輟辍輥辊輦辇輩辈\
    輪轮輯辑輳辏輸输輻辐輾辗輿舆轂毂轄辖轅辕轉转轍辙轎轿轔辚轟轰轡辔辦办辭辞辮辫辯辩農农迴回逕迳這这\
    連连週周進进遊游運运過过達达違违遙遥遜逊遞递遠远適适遲迟遷迁選选遺遗遼辽邁迈還还邇迩邊边邏逻邐逦\
    郵邮鄉乡鄒邹鄖郧鄧邓鄭郑鄰邻鄲郸鄴邺酈郦醃腌醜丑醞酝醣糖醫医醬酱釀酿釁衅釅酽釋释釐厘釗钊釘钉釙钋\
    針针釣钓釦扣釧钏釩钒釵钗鈅钥鈉钠鈍钝鈐钤鈑钣鈔钞鈕钮鈞钧鈣钙鈴铃鈷钴鈸钹鈹铍鈽钸鈾铀鈿钿鉀钾鉅巨\
    鉆钻鉉铉鉍铋鉑铂鉗钳鉚铆鉛铅鉤钩鉸铰鉻铬銀银銅铜銑铣銓铨銖铢銘铭銜衔銥铱銨铵銬铐銳锐銷销銻锑銼锉\
    鋁铝鋅锌鋇钡鋒锋鋤锄鋪铺鋰锂鋸锯鋼钢錄录錐锥錕锟錘锤錙锱錚铮錠锭錢钱錦锦錨锚錫锡錮锢錯错錳锰錶表\
    鍊炼鍋锅鍍镀鍔锷鍘铡鍛锻鍥锲鍬锹鍰锾鍵键鍺锗鍼针鍾钟鎂镁鎊镑鎌镰鎖锁鎘镉鎚锤鎢钨鎬镐鎮镇鎰镒鎳镍\
    鏃镞鏇旋鏈链鏍镙鏑镝鏗铿鏘锵鏜镗鏝镘鏟铲鏡镜鏢镖鏤镂鏨錾鏽锈鐃铙鐐镣鐘钟鐫镌鐮镰鐲镯鐳镭鐵铁鐸铎\
    鐺铛鑄铸鑑鉴鑒鉴鑠铄鑣镳鑰钥鑲镶鑷镊鑼锣鑽钻鑾銮鑿凿長长門门閂闩閃闪閉闭開开閎闳閏闰閑闲閒闲間间\
    閔闵閘闸閡阂閣阁閤合閥阀閨闺閩闽閭闾閱阅閹阉閻阎闆板闇暗闈闱闊阔闋阕闌阑闐阗闔阖闕阙闖闯關关闡阐\
    闢辟陘陉陝陕陞升陣阵陰阴陳陈陸陆陽阳隊队階阶隕陨際际隨随險险隱隐隴陇隸隶隻只雋隽雖虽雙双雛雏雜杂\
    雞鸡離离難难雲云電电霑沾霧雾霽霁靂雳靄霭靈灵靜静靦腼靨靥鞏巩鞦秋韁缰韃鞑韆千韉鞯韋韦韌韧韓韩韜韬\
    韻韵響响頁页頂顶頃顷項项順顺須须頊顼頌颂預预頑顽頒颁頓顿頗颇領领頜颌頡颉頤颐頭头頰颊頷颔頸颈頹颓\
    頻频顆颗題题額额顎颚顏颜顓颛願愿顛颠類类顥颢顧顾顫颤顯显顰颦顱颅顴颧風风颯飒颱台颳刮颶飓颼飕飄飘\
    飛飞飢饥飩饨飪饪飭饬飯饭飲饮飴饴飼饲飽饱飾饰餃饺餅饼餉饷養养餌饵餒馁餓饿餘余餚肴餛馄餞饯餡馅館馆\
    餬糊餵喂餾馏餿馊饅馒饉馑饋馈饑饥饒饶饗飨饜餍饞馋馬马馭驭馮冯馱驮馳驰馴驯駁驳駐驻駑驽駒驹駕驾駙驸\
    駛驶駝驼駟驷駢骈駭骇駱骆駿骏騁骋騎骑騖骛騙骗騫骞騰腾騷骚騾骡驀蓦驃骠驅驱驍骁驕骄驗验驚惊驛驿驟骤\
    驢驴驥骥驪骊骯肮髏髅髒脏體体髖髋髮发鬆松鬍胡鬚须鬢鬓鬥斗鬧闹鬨哄鬱郁魎魉魘魇魚鱼魯鲁魷鱿鮑鲍鮪鲔\
    鮫鲛鮭鲑鮮鲜鯀鲧鯉鲤鯊鲨鯖鲭鯛鲷鯧鲳鯨鲸鯽鲫鰍鳅鰓鳃鰥鳏鰭鳍鰱鲢鰻鳗鰾鳔鱉鳖鱔鳝鱖鳜鱗鳞鱟鲎鱷鳄\
    鱸鲈鳥鸟鳩鸠鳳凤鳴鸣鳶鸢鴆鸩鴉鸦鴕鸵鴛鸳鴣鸪鴦鸯鴨鸭鴻鸿鴿鸽鵑鹃鵝鹅鵠鹄鵡鹉鵪鹌鵬鹏鵰雕鵲鹊鶉鹑\
    鶯莺鶴鹤鷂鹞鷓鹧鷗鸥鷥鸶鷹鹰鷺鹭鸚鹦鸛鹳鸞鸾鹵卤鹹咸鹼碱鹽盐麗丽麥麦麩麸麴曲麵面麼么黃黄黌黉點点\
    黨党黴霉黷黩鼕冬鼴鼹齊齐齋斋齒齿齜龇齟龃齡龄齣出齦龈齧啮齪龊齬龉齲龋齷龌龍龙龐庞龔龚龜龟\
";

/// Characters of [`PAIRS`]' first column that Simplified text writes too (乾坤, 著名, 甚至): folded, but no sign of a script.
const SHARED: &str = "乾徵捱摺甯菸薹醣麴著甚覆妳週佔佈";

/// Characters that only Simplified text has, in order.
const SIMPLIFIED: &str = "\
    专业丛东丝丢两严丧个临为丽举么义乌乐乔习乡书买乱争亏亘亚产亩亲亵亿仅从仑仓仪们价众优会伞伟传伤伥\
    伦伧伪伫体侠侣侥侦侧侨侩侪侬俦俨俩俪俭债倾偬偿傥傧储兑兖兰关兴兹养兽内冈册写军农冯冲决况冻净凉减\
    凑凛几凤凭凯击凿刍刘则刚创删别刹刽剀剂剐剑剥剧劝办务动励劲劳势勋匀匮区医华协单卖卢卤卧卫却厂厅历\
    厉压厌厕厘厢厦厨厩厮县参双发变叙叠叶号叹叽吓吕吗吨听启吴呐呓呕员呛呜咏咙咛响哑哔哗哝哟唠唤啧啬啭\
    啮啸喷喽嗫嗳嘘嘤嘱噜嚣团园囱围国图圆圣圹场坏块坚坛坜坝坞坟坠垄垒垦垩垫埘埙埚堑堕墙壮声壳壶处备复\
    够头夹夺奁奂奋奖奥妆妇妈妩妪姗娄娆娇娱娲娴婴婵婶媪嫔嬷孙学孪宝实宠审宪宫宽宾寝对寻导寿将尔尘尝尧\
    尴尽层屉届属屡屦屿岁岂岖岗岘岚岛岿峡峥峦崭嵘巅巩币帅师帏帐帜带帧帮帼幂广庆庐库应庙庞废开异弃弑张\
    弥弯弹强归当录彦彻径徕忆忧忾态怂怃怅怆总恋恒恳恶恸恺恻恼悦悬悯惊惧惨惩惫惬惭惮惯愠愤慑懑懒懔戏战\
    户执扩扪扫扬抚抛抠抡抢护报担拟拢拣拥拦拧拨择挚挛挝挞挟挠挡挣挤挥捞损捡换捣据掳掴掷掸掺揽揿搀搁搂\
    搅携摄摆摇摈摊撑撵撷擞攒敌敛数斋斓斩断无旧时旷昙昼显晋晓晔晕晖暂暧术机杀杂权条来杨极构枞枢枣枪枫\
    枭柠栀栅标栈栉栋栏树样桡桢档桥桦桧桨桩梦检椁椟椭楼榄榇榈槛槟横樯樱橱橹欢欤欧歼殁殇残殓殡殴毁毂毕\
    毙毡气氢氩氲汇汉汤汹沟没沤沥沦沧沪泪泸泻泼泽泾洁浃浅浆浇浊测济浏浑浓浔涛涝涟涡涣涤润涧涨涩渊渍渎\
    渐渑渔渗温湾湿溃溅滚滞满滤滥滦滨滩潇潋潍潜澜濑濒灭灯灵灾灿炀炉点炼炽烁烂烃烛烟烦烧烩烫烬热焕焖焘\
    爱爷牍牦牵牺犊状犷犹狈狞独狭狮狰狱猎猡猪猫献獭玑玛环现玺珐珑珲琐琼瑶瑷璎瓒瓯电画畅畴疗疟疠疡疮疯\
    疱痈痉痨痪瘘瘪瘫瘾癞癣癫皑皱盏盐监盖盗盘睁睐睑瞒瞩矫矶矾矿码砖砚砺砾础硕确碍碛碱礼祯祷祸禀禄禅离\
    秃秆种积称秽税稣稳穑穷窃窍窑窜窝窥窦竖竞笃笋笔笕笺笼筛筝筹签简箩箪箫篑篓篮籁类籼粤粪粮糁紧纠纡红\
    纣纤纥约级纪纫纬纭纯纰纱纲纳纵纶纷纸纹纺纽线绁绂练组绅细织终绉绊绋绌绍绎经绑绒结绕绘给绚绛络绝绞\
    统绢绣绥绦继绩绪绫续绮绰绳维绵绶绷绸综绽绾绿缀缁缂缄缅缆缇缈缉缍缎缓缔缕编缘缙缚缜缝缟缠缢缣缤缥\
    缦缧缨缩缪缫缭缮缯缰缴罂网罗罚罢羁翘耸耻聂聋职联聪肃肠肤肾肿胀胁胆胧胪胶脉脍脏脐脑脓脚脱脸腊腻腼\
    腾膑舆舰舱艰艳艺节芈芜芦苇苋苌苍苎苏苹茎茔茧荆荚荠荡荣荤荦荧荪荫药莅莱莲莴获莹莺萝萤营萦萧萨葱蒋\
    蓝蓟蓦蔷蔺蔼蕴薮藓虏虑虚虫虽虾蚀蚁蚂蚕蚬蛊蛎蛮蛰蛲蜕蜗蜡蝇蝈蝉蝎蝼衅衔补衬衮袄袅袜袭装裆裤褛褴见\
    观规觅视览觉觊觎觐觞触誉誊计订讣认讥讦讧讨让讪讫训议讯记讲讳讶讷许讹论讼讽设访诀证诂诃评诅识诈诉\
    诊诋诌词诏译试诗诘诙诚诛话诞诟诠诡询诣诤该详诧诫诬语诮误诰诱诲诳说诵请诸诺读诽课诿谀谁调谄谅谆谇\
    谈谊谋谌谍谎谏谐谒谓谕谖谗谙谚谛谜谟谠谢谣谤谦谧谨谩谪谬谭谯谰谱谲谴谵谶贝贞负贡财责贤败账货质贩\
    贪贫贬购贮贯贰贱贲贴贵贷贸费贺贻贼贾贿赀赁赂赃资赅赈赊赋赌赎赏赐赓赔赖赘赙赚赛赝赞赠赡赢赣赵赶趋\
    趸跃践跷跸跻踌踪踬踯蹑蹒蹿躏躯车轧轨轩轫转轭轮软轰轲轴轶轻轼载轾轿较辄辅辆辇辈辉辊辋辍辎辏辐辑输\
    辔辕辖辗辙辚辞辩辫边辽达迁过迈运还这进远违连迟迩迳迹适选逊递逦逻遗遥邓邮邹邺邻郑郦郧郸酝酱酽酿释\
    鉴銮錾针钉钊钋钏钒钓钗钙钝钞钟钠钡钢钣钤钥钦钧钨钩钮钱钳钴钵钸钹钻钾钿铀铁铂铃铄铅铆铉铋铍铎铐铙\
    铛铜铝铡铢铣铨铬铭铮铰铱铲铵银铸铺链铿销锁锂锄锅锈锉锋锌锐锑锗错锚锟锡锢锣锤锥锦锭键锯锰锱锲锵锷\
    锹锻锾镀镁镂镇镉镊镌镍镐镑镒镖镗镘镙镜镝镞镣镭镯镰镳镶长门闩闪闭问闯闰闱闲闳间闵闷闸闹闺闻闽闾阀\
    阁阂阅阉阎阐阑阔阕阖阗阙队阳阴阵阶际陆陇陈陉陕陨险随隐隶隽难雏雳雾霁霭静靥鞑鞯韦韧韩韬韵页顶顷项\
    顺须顼顽顾顿颁颂预颅领颇颈颉颊颌颐频颓颔颖颗题颚颛颜额颠颢颤颦颧风飒飓飕飘飞飨餍饥饨饪饬饭饮饯饰\
    饱饲饴饵饶饷饺饼饿馁馄馅馆馈馊馋馏馑馒马驭驮驯驰驱驳驴驶驷驸驹驻驼驽驾驿骁骂骄骆骇骈骊骋验骏骑骗\
    骚骛骞骠骡骤骥髅髋鬓魇魉鱼鱿鲁鲈鲍鲎鲑鲔鲛鲜鲢鲤鲧鲨鲫鲭鲳鲷鲸鳃鳄鳅鳍鳏鳔鳖鳗鳜鳝鳞鸟鸠鸡鸢鸣鸥\
    鸦鸩鸪鸭鸯鸳鸵鸶鸽鸾鸿鹃鹄鹅鹉鹊鹌鹏鹑鹞鹤鹦鹧鹭鹰鹳麦麸黄黉黩鼹齐齿龃龄龇龈龉龊龋龌龙龚龟\
";

fn decode(bytes: &[u8]) -> Option<char> {
    core::str::from_utf8(bytes).ok()?.chars().next()
}

/// Which characters some table has: most characters of a text are in none, and this tells it without a search. All of
/// the tables' are from U+4E00 to U+9FFF.
struct Marks {
    marks: [u64; MARKS],
    /// How many characters stand before each of `marks`.
    before: [u16; MARKS],
}

const FIRST: usize = 0x4E00;
const MARKS: usize = (0xA000 - FIRST) / 64;

#[allow(
    clippy::indexing_slicing,
    reason = "in a constant, where going past the end doesn't compile"
)]
impl Marks {
    /// Of every `step` bytes of `table` the first character.
    const fn of(table: &str, step: usize) -> Self {
        let bytes = table.as_bytes();
        let mut marks = [0u64; MARKS];
        let mut at = 0;
        while at < bytes.len() {
            let code = ((bytes[at] as usize & 0xF) << 12)
                | ((bytes[at + 1] as usize & 0x3F) << 6)
                | (bytes[at + 2] as usize & 0x3F);
            marks[(code - FIRST) / 64] |= 1 << ((code - FIRST) % 64);
            at += step;
        }
        let mut before = [0u16; MARKS];
        let mut group = 1;
        while group < MARKS {
            before[group] = before[group - 1] + marks[group - 1].count_ones() as u16;
            group += 1;
        }
        Self { marks, before }
    }

    /// The character's place among those of the table, which are in order.
    #[inline]
    fn place(&self, character: char) -> Option<usize> {
        let code = (character as usize).checked_sub(FIRST)?;
        let (marks, mark) = (self.marks.get(code / 64)?, 1u64 << (code % 64));
        if marks & mark == 0 {
            return None;
        }
        let smaller = (marks & mark.wrapping_sub(1)).count_ones() as usize;
        Some(usize::from(*self.before.get(code / 64)?).saturating_add(smaller))
    }

    #[inline]
    fn has(&self, character: char) -> bool {
        self.place(character).is_some()
    }
}

static IN_PAIRS: Marks = Marks::of(PAIRS, 6);
static IN_SIMPLIFIED: Marks = Marks::of(SIMPLIFIED, 3);

/// The Simplified form of a Traditional character; any other character as it is.
#[must_use]
pub fn simplified(character: char) -> char {
    let (rows, _) = PAIRS.as_bytes().as_chunks::<6>();
    IN_PAIRS
        .place(character)
        .and_then(|place| rows.get(place))
        .and_then(|row| row.get(3..))
        .and_then(decode)
        .unwrap_or(character)
}

/// Whether only Traditional text has this character.
#[must_use]
pub fn is_traditional_only(character: char) -> bool {
    simplified(character) != character && !is_one_of(SHARED, character)
}

/// Whether only Simplified text has this character.
#[must_use]
pub fn is_simplified_only(character: char) -> bool {
    IN_SIMPLIFIED.has(character)
}

/// Whether it is a Han character of the planes that are written today.
#[must_use]
pub const fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' | '々' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_found() {
        let (rows, _) = PAIRS.as_bytes().as_chunks::<6>();
        for row in rows {
            let (from, to) = row.split_at(3);
            assert_eq!(Some(simplified(decode(from).unwrap())), decode(to));
        }
    }

    #[test]
    fn the_tables_are_in_order_so_that_they_can_be_searched() {
        let (pairs, rest) = PAIRS.as_bytes().as_chunks::<6>();
        assert!(rest.is_empty());
        assert!(pairs.windows(2).all(|two| two[0][..3] < two[1][..3]));
        let (alone, rest) = SIMPLIFIED.as_bytes().as_chunks::<3>();
        assert!(rest.is_empty());
        assert!(alone.windows(2).all(|two| two[0] < two[1]));
    }

    #[test]
    fn folding_a_character_twice_changes_nothing_more() {
        for character in PAIRS.chars() {
            let once = simplified(character);
            assert_eq!(simplified(once), once, "{character}");
        }
    }

    #[test]
    fn no_character_counts_for_both_scripts() {
        for character in PAIRS.chars() {
            assert!(
                !(is_traditional_only(character) && is_simplified_only(character)),
                "{character}"
            );
        }
    }
}
