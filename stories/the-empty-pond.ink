# title: The Empty Pond
# genre: fantasy, mystery
# tone: plain, tense, hopeful
# you: Kerem, a miller's helper with muddy boots
# remember: The gate in the dam must be closed before sunrise.
# remember: The mud is deep, and only the stone road is safe.
# note: Master Temba \| Temba, miller, mill \| the miller; big, gruff, honest, has a bad back
# note: Tuan \| Tuan, boy \| a boy of ten; small, quick, brave, talks too much
# note: Old Whisker \| Whisker, catfish, fish \| an old talking catfish; proud, rude, never lies
# note: Dorota \| Dorota, old woman \| a woman of sixty; born in the drowned village, stubborn, sad
# note: Low Varra \| Varra, village, square, well \| the village on the bottom of the pond; under water for fifty years
# note: The bell tower \| tower, bell \| an old stone tower in Low Varra; broken stairs, a green bell at the top
# note: The lake wall \| lake wall, lake \| a high stone wall above the pond; the town lies below it
# author: The Brasslamp project
# licence: MIT

// A small complete adventure. Every choice can be offered again, because all that happens is kept in the variables
// below: between two choices the player may type anything, and the narrator answers without touching them.

VAR time = 0            // how much of the night is gone; the lake wall breaks when it passes NIGHT
CONST NIGHT = 18

VAR rope = false        // carried
VAR lantern = false
VAR oar = false
VAR cup = false
VAR handle = false

VAR asked_miller = false
VAR oar_gone = false    // taken out of the boat, or broken
VAR cup_gone = false    // taken out of the tower
VAR fish = 0            // 0 not spoken to, 1 spoken to, 2 in the well
VAR tuan = 0            // 0 in the mud, 1 sent to the mill, 2 walks with you
VAR tried_hand = false
VAR lies_flat = false
VAR tried_mud = false
VAR crossed = false
VAR saw_square = false
VAR read_well = false
VAR asked_whisker = false
VAR looked_in = false
VAR fell = false
VAR tuan_up = false
VAR tuan_rings = false

VAR knows_pavel = false // what you have learned
VAR knows_wall = false

VAR temba_sorry = false // what Temba told you about Dorota
VAR said_sorry = false
VAR asked_handle = false // what you said and did in Dorota's house
VAR heard_story = false
VAR said_pavel = false
VAR told_wall = false
VAR tried_stone = false
VAR trust = 0
VAR angry = false
VAR box = false
VAR dorota = false      // she comes with you
VAR stuck = false       // the wheel did not move
VAR on_dam = false

-> start

// ---------------------------------------------------------------- the mill

=== start
You are Kerem, and you help at the mill of Master Temba. In the middle of the night he shakes you awake. "The pond is gone," he says. You run outside. Where the water was, there is black mud. Somebody has opened the gate in the dam and taken the iron handle away.

"Find it and close the gate before sunrise," says Temba. "My back is bad, so you must go." A rope and a lantern hang by the door. "Take one. I need the other here."
- (options)
+ {not asked_miller} [Ask who took the handle]
    ~ asked_miller = true
    "I heard slow steps at midnight," says Temba. "Slow steps and a stick. There is a village on the bottom of that pond. It is called Low Varra. Fifty years ago they built the dam, and the people had to leave. Some of them never forgave us." He points at the mud. "Stay on the stone road. The mud has eaten cows."
    -> options
+ [Take the rope]
    ~ rope = true
    You hang the rope over your shoulder and walk down through the reeds. Frogs jump past you. All of them go uphill.
    -> shore
+ [Take the lantern]
    ~ lantern = true
    You light the lantern and walk down through the reeds. Frogs jump through the light. All of them go uphill.
    -> shore

// --------------------------------------------------------------- the shore

=== shore
~ on_dam = false
~ time++
{ time > NIGHT:
    -> end_flood
}
{ shore == 1:
    A road of flat stones runs over the empty pond to a bell tower. Behind the tower, a light burns in the window of a house. On the left lies an old boat. On the right, a boy is stuck in the mud up to his belt. High on the dam stands the gate house.
- else:
    {&You are at the edge of the pond again.|You stand among the wet reeds once more.|You come back to the place where the stone road begins.} {tuan == 0: {lies_flat: {&The boy lies flat on the mud and looks at the moon.|"I am still floating," calls the boy in the mud.|You hear the boy sing to himself out on the mud.}|{&The boy is still stuck, and the mud has come up higher.|"Are you coming?" calls the boy in the mud.|The boy in the mud has stopped moving.}}|{&The old boat lies in the moonlight.|A duck walks over the mud and looks for water.|The frogs have all gone up the hill.|Wind blows through the dry reeds.}} {time > 13: {&Stones fall from the lake wall and crash into the valley. The sky is turning gray.|Water roars at the lake wall now. Over the hills it is almost day.}|{time > 8: {&Up the valley, the lake wall groans, and the ground shakes a little.|There is a loud crack up at the lake wall, and then it is quiet again.|Small waves of mud run over the pond, although there is no wind.}|{&The stone road lies in front of you, and the path to the dam goes up on your side.|The mill wheel stands still above you. The moon is high.|An owl flies over the mud toward the tower.}}} {dorota: Dorota pulls at your sleeve. "The gate," she says.|{tuan == 2: Tuan {&waits beside you and hops from one foot to the other|throws a stone and listens for the splash that does not come|says that he is hungry}.|{&It is very quiet here without the water.|Your boots are heavy with mud.|Something smells of old fish.|A reed breaks under your foot.}}}
}
- (options)
+ {not oar_gone or fish < 2} [Go to the old boat] -> boat
+ {tuan == 0} [Go to the boy] -> boy
+ [Follow the stone road] -> square
+ {not crossed and not handle and (not tried_mud or oar or rope)} [Cut across the mud to the light] -> mud
+ [Climb up to the gate house] -> gate_house
+ {cup} [Leave the valley with the silver cup] -> end_silver

=== boat
~ time++
{ time > NIGHT:
    -> end_flood
}
{ boat == 1:
    The old boat lies on gravel with a hole in its side. A long oar is stuck under the seat. Some water is left in the bottom, and something moves in it. It is a catfish as long as your leg. It lifts its wide mouth out of the water. "What are you looking at?" it says.
- else:
    {&You walk over the gravel to the old boat again.|The old boat lies where you left it.|Gravel crunches under you as you come back to the boat.} {oar_gone: The place under the seat is empty now.|The long oar is still stuck under the seat.} {fish < 2: {&There is less water in the bottom than before. The catfish turns in a slow circle. "You are back," it says. "The water is not."|The catfish lies on its side in a hand of water. "I am still here," it says. "Where would I go?"|The catfish looks at the sky with small eyes. "It will be a hot day," it says. "I do not like hot days."}|The bottom is dry. A small crab sits where the catfish was.}
}
- (options)
+ {not oar_gone} [Take the oar]
    ~ oar = true
    ~ oar_gone = true
    You kick the seat twice and pull the oar free. The wood is old but hard. With this you can reach far over soft ground, or lift something very heavy. {fish < 2: The catfish watches you. "Everybody takes from an old boat," it says. "Nobody ever brings anything."|A crab runs out from under the seat and hides in the gravel.}
    -> options
+ {fish == 0} [Talk to the catfish]
    ~ fish = 1
    "My name is Old Whisker," says the catfish. "I had a whole pond, and now I have a bucket. I saw who took your handle. I know what she wants, and I never lie. Carry me to the well in the square. It is deep. Then I will talk. Wet your coat first."
    -> options
+ {fish == 1} [Carry the catfish to the well] -> whisker
+ [Go back to the reeds] -> shore

=== whisker
~ fish = 2
~ knows_pavel = true
~ knows_wall = true
~ time++
{ time > NIGHT:
    -> end_flood
}
You wrap Old Whisker in your wet coat and run along the stone road. At the well in the square you let him go. There is a great splash. Then his head comes up. "She is called Dorota," he says. "She wants a blue box that lies under a stone in her house. Her brother Pavel rang the bell in that tower. And the lake wall is cracking. The pond held it up."
-> in_square

=== boy
~ time++
{ time > NIGHT:
    -> end_flood
}
{ boy == 1:
    You walk out on the stones. The boy is stuck in the mud four steps away. "I am Tuan," he shouts. "I only wanted to look for treasure!" The mud makes a wet sound and pulls him down a little. He stops waving. There is a strong old post beside you.
- else:
    {lies_flat: {&You come back to the boy. Tuan lies on his back with his arms spread out.|You stand by the post again. Tuan lifts his head a little out of the mud.}|{&You come back to the boy. The mud is up to his chest now, and he holds his arms up.|You stand by the post again. The mud is almost at the boy's arms.}} {&"I have counted to a thousand," he says. "Did you bring something long?" His teeth knock together.|"I thought you were a cow," says Tuan. "A cow would be stronger." He tries to laugh, but he is too cold.|"I told the mud a story," says Tuan. "It did not listen." He is still four steps away from the stones.}
}
- (options)
+ {rope} [Throw him the rope]
    You tie one end of the rope to the post and throw the other end. Tuan puts it under his arms. You pull until your hands burn. The mud lets go with a loud smack.
    -> boy_free
+ {oar} [Push the oar out to him]
    You lie down and push the oar over the mud. Tuan holds on to the flat end. You pull it back hand over hand, and he slides out of the mud on his belly.
    -> boy_free
+ {not tried_hand} [Reach out a hand]
    ~ tried_hand = true
    ~ time++
    You lie down on the stones and stretch out your hand. It is too far. You slide a little further, and your arm sinks in up to the shoulder. You only just get it out again. Tuan bites his lip. "You need something long," he says.
    -> options
+ {not lies_flat} [Tell him to lie flat]
    ~ lies_flat = true
    "Lie on your back," you call. "Spread your arms and do not kick." Tuan lets himself fall back with a groan. The mud stops pulling. "It is in my ears," he says. "But I am not going down any more. I can wait a little. Please do not take too long."
    -> options
+ [Leave him for now] -> shore

=== boy_free
Tuan sits on the stones without his boots. "I saw an old woman," he says. "She had a big iron thing on her shoulder, and she cried. She went into the house with the light." He wipes his nose. "What do I do now?"
+ [Send Tuan to fetch the miller]
    ~ tuan = 1
    "Run to Master Temba," you say. "Tell him to come to the gate house. The wheel is heavy." Tuan nods and runs up the path on bare feet. Soon you hear him bang on the mill door with both fists. A window turns yellow.
+ [Take Tuan along]
    ~ tuan = 2
    "Come with me and stay on the stones," you say. "I am a good climber," says Tuan. "I am small, and I weigh nothing. I climbed the church once, and nobody saw me." He talks all the way back to the reeds.
- -> shore.options

=== mud
~ tried_mud = true
~ time++
{ time > NIGHT:
    -> end_flood
}
{ mud == 1:
    You leave the stones and walk straight toward the light. After ten steps the mud holds you by the knees. Each step is harder than the one before. The light is still far away. In front of you the mud shines black and smooth, and a single tree stump stands in it. Behind you is the stone road.
- else:
    You walk out on the mud once more, in your own deep steps. They are full of black water now. At the end of them the mud takes you by the knees again. {&The light in the window is steady.|The light in the window moves.} The tree stump stands halfway between you and the house. {&A bubble comes up beside you and bursts.|Something slides past your boot.|You hear the mud suck at your legs.}
}
+ {oar} [Crawl over the mud on the oar]
    You lay the oar flat on the mud and crawl along it. Then you push it forward and crawl again.
    -> mud_far
+ {rope} [Throw the rope around the stump]
    On the third throw, the rope falls over the stump. You pull yourself through the mud on your belly.
    -> mud_far
+ [Walk on toward the light] -> end_mud
+ [Turn back to the stones] -> shore

=== mud_far
~ crossed = true
{tuan == 2: Tuan runs lightly over the mud in front of you and waits.|It takes a long time, and you swallow some of it.} At last there is hard ground under you. You stand behind the house, black from head to foot. The lit window is just above you. Inside, somebody coughs.
+ {not looked_in} [Look through the window] -> window
+ [Go around and knock at the door] -> house
+ [Go to the middle of the square] -> square

// ---------------------------------------------------------- the old village

=== square
~ on_dam = false
~ time++
{ time > NIGHT:
    -> end_flood
}
{ not saw_square:
    ~ saw_square = true
    The stone road ends in a small square full of mud and shells. In the middle is a round well. On one side stands the bell tower, and its door is open. On the other side is the house with the light. From inside comes a sound of iron on stone, over and over. Then somebody coughs.
- else:
    {&You stand in the square of Low Varra.|You are back in the square, between the tower and the house.|Shells break under your boots in the small square.} {time > 13: {&The sky is gray over the hills. A stone breaks out of the lake wall, and you hear it fall.|You can see the tower clearly now. It is almost day, and the ground does not stop shaking.}|{time > 8: {&The ground shakes. Far up the valley, the lake wall groans.|Somewhere up the valley, stone cracks. The water in the well jumps.|A roof stone slides down and breaks on the ground.}|{&The moon shines on the shells and the wet stones.|A cloud goes over the moon, and the square is dark for a while.|Your steps sound loud between the walls.}}} {angry: {&The old woman sits on her doorstep and does not look at you.|The old woman draws lines in the mud with her stick.|The door of the house stands open. The lamp inside has gone out.}|{dorota: {&Dorota walks beside you with her stick. She does not look back at the house.|"This was the bakery," says Dorota, and she points at a heap of stones.}|{&The light still burns in the house, and iron scrapes on stone.|A shadow moves behind the lit window.|In the house, somebody speaks in a low voice, but there is no answer.}}} {fish == 2: {&Something splashes in the well.|A wide mouth comes up in the well and goes down again.|Rings run over the water in the well.}|{&A snail crawls up the wall of the tower.|Water drips from the roof of the tower.|An eel slides over the stones.|A cold wind comes through the tower door.}}
}
- (options)
+ {dorota or (angry and handle)} [Hurry to the gate house] -> gate_house
+ {(lantern and not read_well) or (fish == 2 and not asked_whisker)} [Look into the well] -> well
+ [Go into the bell tower] -> tower
+ {not looked_in and not dorota and not angry} [Look through the lit window] -> window
+ {not dorota and not angry} [Knock at the door of the house] -> house
+ [Go back to the shore] -> shore

// In the square, but not by the stone road: with a fish in your arms, or over the mud and out of the house.
=== in_square
{ saw_square:
    -> square.options
}
~ saw_square = true
{ dorota or angry:
    You are in a small square full of mud and shells. In the middle is a round well. On the other side stands a bell tower with an open door, and beside it begins the stone road to the shore.
- else:
    You stand in a small square full of mud and shells. On one side is the bell tower, and its door is open. On the other side is the house with the light. From inside comes a sound of iron on stone, over and over. Then somebody coughs.
}
-> square.options

=== well
{ fish == 2:
    ~ asked_whisker = true
    ~ read_well = true
    You lean over the edge. Old Whisker comes up and spits out a snail. "She is stubborn, not bad," he says. "If you push her, she will push back. Say the name of Pavel. Help her with the stone. Then she may listen." He rolls over. "This is a good well. I take back half of what I thought about you."
- else:
    ~ read_well = true
    ~ knows_pavel = true
    You hold the lantern over the well. The water is deep and black. Around the edge, children have cut their names into the stone. Most of them are worn away. Two stand close together, and they are easy to read. DOROTA, says one. PAVEL, says the other. Under the second name there is a small bell.
}
-> square.options

=== window
~ looked_in = true
You look in through a window without glass. An old woman with white hair kneels at a cold fireplace. She scratches at the edge of a flat stone with a kitchen knife. "Come up," she says to the stone. "Please come up." The iron handle lies on the table behind her, close to the window. A lamp stands next to it.
- (options)
+ [Climb in and grab the handle] -> grab
+ [Go around and knock at the door] -> house
+ [Go to the middle of the square] -> square

=== tower
~ time++
{ time > NIGHT:
    -> end_flood
}
{ tower == 1:
    The tower is cold inside and smells of fish. A stone stair goes up along the wall, and many of its steps are broken. Far above you hangs a green bell. {cup_gone: There is a dark hole in the wall.|In a hole in the wall, a silver cup shines through the mud.} A thin stream of sand falls from somewhere, and then it stops.
- else:
    {&You stand at the bottom of the bell tower.|It is dark in the tower, and it still smells of fish.|You go through the low door of the tower.} {cup_gone: The hole in the wall is empty.|The silver cup still shines in its hole in the wall.} {fell: Your hip hurts when you look up at the stair.|The broken stair goes up into the dark.} {time > 10: {&The wall shakes, and the bell hums above you without being touched.|A step breaks off high up and falls at your side.|Dust comes down, and the bell swings a little.}|{&A drop of water falls on your neck.|A bat flies around the bell and out again.|Sand runs down between the stones.}} {&Nobody has been here for fifty years.|The wind whistles in the door.|Your breath is white in the cold.|A shell cracks under your boot.}
}
- (options)
+ {not cup_gone} [Take the silver cup]
    ~ cup = true
    ~ cup_gone = true
    You pull the cup out of the hole and wipe it on your sleeve. It is heavy silver, with a small bell on the side. It is worth more than ten years at the mill. With this you could walk out of the valley tonight and never carry flour again.
    -> options
+ {lantern or not fell} [Climb the broken stairs] -> stairs
+ {tuan == 2 and not tuan_up} [Send Tuan up the stairs]
    ~ tuan_up = true
    ~ knows_wall = true
    Tuan jumps from step to step and does not break one. Soon his voice comes down to you. "I can see everything! There is a crack in the lake wall, from the top to the bottom. Water is coming out!" The bell hums as he touches it. "Shall I ring it? It will wake the town."
    -> options
+ {tuan == 2 and tuan_up} [Tell Tuan to ring the bell]
    ~ tuan_rings = true
    -> end_bell
+ [Go out to the square] -> square

=== stairs
~ time++
{ time > NIGHT:
    -> end_flood
}
{ not lantern:
    ~ fell = true
    You climb with one hand on the wall. It is too dark to see your feet. On the third turn, a step breaks under you. You fall and slide back to the bottom, and you land hard on your hip. Nothing is broken. But you cannot go up there without a light.
    -> tower.options
}
~ knows_wall = true
{ stairs == 1:
    You hold the lantern low and test each step. At last you stand under the bell. Its hammer is tied up with a leather strap. You can see the whole valley from here. A black crack runs through the lake wall from top to bottom, and water runs out of it. Below the dam, the town is asleep.
- else:
    You climb up with the lantern once more. {&The crack in the lake wall is wider now. White water shoots out of it and falls into the valley.|A second crack has opened beside the first. Stones drop out of it one by one.|A piece of the lake wall leans out over the valley.} {&Below the dam, every house is still dark.|In the town, one dog barks and stops.} The strap that holds the hammer of the bell is {&thin and half rotten|wet and easy to cut}.
}
+ [Ring the bell] -> end_bell
+ [Climb down again] -> tower

// ---------------------------------------------------------- Dorota's house

=== house
~ time++
{ time > NIGHT:
    -> end_flood
}
{ house == 1:
    The door opens a little. "Go away," says an old woman. "I am Dorota, and I was born in this room. I need one night here. One, after fifty years." Then she sees how cold you are, and she lets you in. The iron handle lies on the table. In the cold fireplace is a flat gray stone with fresh scratches all around it.
- else:
    {&The old woman opens the door.|She opens before you can knock twice.|The door is not locked this time.} {trust > 0: "Come in," she says. There is a place for you beside the fireplace now.|"You again," she says, but she lets you in. She stands between you and the table.} The iron handle still lies there. The knife has made new scratches around the flat stone. {time > 10: {&The cups on the shelf shake, and dust falls from the roof.|The floor shakes, and the old woman holds on to the table.|A piece of the ceiling falls into the corner.}|{&The lamp on the table burns low.|Her hands are red and cold.|A frog sits on the window sill.}}
}
- (options)
+ {not heard_story} [Ask what is under the stone]
    ~ heard_story = true
    "The men of the dam came at night," says Dorota. "I was ten. We had one hour to leave. My brother's box stayed under this stone. It is blue, and it has all that I had of him." She rubs her fingers. "My father lifted that stone with one hand. I have no father now."
    -> options
+ {not asked_handle} [Ask for the iron handle]
    ~ asked_handle = true
    "No," says the old woman. She lays one hand on the handle. "You close the gate, and the water comes back. Then I will never stand in this room again. Help me with the stone, or leave me alone." A snail falls from the roof and lands on the table.
    -> options
+ {knows_pavel and not said_pavel} [Say the name Pavel]
    ~ said_pavel = true
    ~ trust = trust + 1
    She drops the knife. "Who told you that name?" she asks. {fish == 2: "A catfish," you say. She nods slowly. "He was always a gossip."|"It is cut into the well," you say. "Next to your name."} She sits down. "Pavel rang the bell that night. He rang until the last cart was out of the village. Then the water came." She looks at you for a long time.
    -> options
+ {knows_wall and (not told_wall or trust > 0)} [Tell her about the lake wall]
    ~ told_wall = true
    { trust > 0:
        -> dorota_gives
    }
    "That wall has stood for a hundred years," says the old woman. "The miller sent you to say this. Why should I believe you? I do not know you." She turns her back to you and scratches at the stone again. The cups on the shelf begin to shake.
    -> options
+ {temba_sorry and not said_sorry} [Tell her that Temba is sorry]
    ~ said_sorry = true
    ~ trust = trust + 1
    "The miller told me about your teeth," you say. "His father carried you to the cart. He kept the mark all his life, and he was ashamed." Dorota looks at her hands. "I bit him hard," she says. "He gave me his coat afterward." She moves a stool to the fireplace for you.
    -> options
+ {cup} [Give her the silver cup]
    ~ cup = false
    ~ trust = trust + 1
    She holds the cup to the lamp. "This is the ringers' cup," says Dorota. "My brother drank from it at New Year." She dries it with her scarf and puts it on the shelf, in a place that has been empty for fifty years. "You could have kept it," she says.
    -> options
+ {not tried_stone} [Lift the stone by hand]
    ~ tried_stone = true
    ~ trust = trust + 1
    ~ time++
    You push your fingers under the edge and pull until your arms shake. {tuan == 2: Tuan pulls too. }The stone comes up a little, then it drops. There is blood on your hand. Dorota ties her scarf around it. "You need something long and strong," she says. "But you tried. Nobody did that before."
    -> options
+ {oar} [Lift the stone with the oar] -> stone
+ [Grab the handle and run] -> grab
+ [Go out to the square] -> square

=== stone
~ box = true
~ handle = true
~ dorota = true
You push the end of the oar under the stone and hang on the other end. {tuan == 2: Tuan and Dorota hang on it with you.|Dorota hangs on it with you.} The stone tips over with a bang. Under it, in dry sand, is a small blue box. In the box are a leather glove and a tin whistle. Dorota laughs, and then she cries. She gives you the iron handle. "Now give them back their water," she says.
-> in_square

=== dorota_gives
~ handle = true
~ dorota = true
"The pond held the lake wall up," you say. "Now it is cracking, and the town is asleep below it." Dorota stands still. Then she lays her hand on the flat stone. "Pavel would not wait," she says. "So I will not." She takes the iron handle from the table and puts it into your arms. "The box can stay. Come."
-> in_square

=== grab
~ handle = true
~ angry = true
You jump to the table and pull the handle into your arms. It is as heavy as a sack of flour. The old woman shouts and catches your coat, but you tear yourself loose and run out into the square. She does not follow. She sits down on her doorstep with her hands in her lap. {tuan == 2: Tuan looks at her, and then at you.|The scraping in the house has stopped.}
-> in_square

// ----------------------------------------------------------------- the dam

=== gate_house
~ on_dam = true
~ time++
{ time > NIGHT:
    -> end_flood
}
{ gate_house == 1:
    You climb up to the gate house on top of the dam. It is a small room of tarred boards. In the floor is a big iron wheel with a square hole in the middle. The handle belongs in there. {tuan == 1: Master Temba is waiting for you, with Tuan beside him.|Below you, the stream runs out through the open gate.} From the window you can see far up the valley.
- else:
    {&You climb up to the gate house again.|You are back in the small room on the dam.|You push open the tarred door of the gate house.} {&The iron wheel has not moved, and the stream still runs out under the floor.|The square hole in the wheel is empty. Water runs below the boards.|The iron wheel is wet and cold.} {tuan == 1: {&Master Temba stands there with his sleeves rolled up.|Master Temba and Tuan look up when you come in.|Master Temba rubs his back and says nothing.}|{&A cold wind blows in through the boards.|A moth flies around the room.}} {time > 13: {&It is almost morning. You can hear water fall from the crack in the lake wall.|Gray light comes through the window. The lake wall roars.}|{time > 8: {&The whole room shakes for a moment.|Oil drips from the lamp hook as the dam shakes.|A long groan comes down the valley.}|{&The window shows a dark valley and a few stars.|Through the window you see the mill and its still wheel.|The window is open. It is still deep night.}}}
}
- (options)
+ {handle and (not stuck or dorota or tuan > 0 or oar)} [Put the handle into the wheel] -> wheel
+ {tuan == 1 and not temba_sorry and not dorota and not angry} [Ask Temba about the drowned village]
    ~ temba_sorry = true
    "My father was one of the dam men," says Temba. "He carried a girl out of the last house. She bit him in the hand, and he had the mark all his life. He never laughed about it. If you find her down there, tell her that we are sorry."
    -> options
+ {not knows_wall} [Look at the lake wall]
    ~ knows_wall = true
    You look up the valley. The lake lies there behind a high stone wall. The moon shows you a crack in the wall, from the top to the bottom. Water runs out of it. The pond pushed against that wall for fifty years and held it up. Now nothing does. Below you, the town is asleep.
    -> options
+ {oar and not handle} [Turn the wheel with the oar]
    ~ oar = false
    ~ time = time - 2
    You push the oar into the square hole and lean on it. The wheel turns a little, and the gate drops by a hand. Less water runs out now. Then the oar breaks in two, and you sit down hard on the floor. That will help for a short time. The rest needs iron.
    -> options
+ [Go down to the shore] -> shore

=== wheel
~ time++
{ not dorota and tuan == 0 and not oar:
    ~ stuck = true
    The handle fits. You lean on it with all your weight. The wheel moves by an inch and stops. It is stiff with rust. You pull, you kick it, and you pull again. You are too weak alone. You need another pair of hands, or something long to make the handle longer.
    -> gate_house.options
}
{dorota: The handle fits, and Dorota takes the other side.|{tuan == 1: The handle fits. Master Temba forgets his back and pushes with you.|{tuan == 2: The handle fits, and Tuan hangs on the end of it.|You push the oar through the ring of the handle to make it longer.}}} The wheel screams and begins to turn.
{ box:
    -> end_water
}
{ dorota:
    -> end_gift
}
-> end_thief

// -------------------------------------------------------------- the endings

=== end_water
With a deep boom, the gate falls shut. {tuan == 0: Master Temba lays a ladder on the mud and pulls the boy out.|Tuan cheers so loudly that dogs bark in the town.} At sunrise the pool in front of the dam grows, and the lake wall is quiet. Dorota sits on the dam and plays three notes on the tin whistle. Far out in the pond, under the rising water, a bell answers once.
-> END

=== end_gift
With a deep boom, the gate falls shut. {tuan == 0: Master Temba lays a ladder on the mud and pulls the boy out.|Tuan sits down on the wheel and falls asleep.} The water rises over the square, over the well, and over the step of the little house. Dorota watches until her window goes dark. "Will you row me out there in summer?" she asks. "I can show you where everything is."
-> END

=== end_thief
With a deep boom, the gate falls shut. {tuan == 0: Master Temba lays a ladder on the mud and pulls the boy out.|Tuan goes home and does not say good night.} The pond fills, and the town is safe. Master Temba gives you a whole cake. From the mill you see the old woman on the shore. She leans on her stick and looks at the water. You do not eat the cake.
-> END

=== end_bell
{tuan_rings: Tuan swings the hammer, and|You cut the strap and swing the hammer, and} the bell rings over the whole valley. One window lights up in the town, then ten, then all of them. You run back over the stones. {tuan == 0: You pull the boy out with a fence board. }{not dorota: You drag the old woman along by the arm. }From the hill you see the lake wall break. The water takes the dam, the mill and the tower. Temba counts the people twice. Nobody is missing.
-> END

=== end_silver
You hide the cup under your coat and take the road out of the valley. {tuan == 0: Behind you the boy shouts, until you cannot hear him any more.|Nobody sees you go.} At sunrise there is a long roar. You look back from the top of the hill. There is brown water where the mill was, and brown water where the town was. Somewhere under it, a bell rings once. The cup is heavy. You walk on.
-> END

=== end_mud
You pull one leg out and put it down further on. It finds no ground. You sink to your belt, and then to your chest. You have nothing to hold on to. The more you kick, the deeper you go. You shout for Master Temba, but the mill is far away. The mud is very cold. When the sun comes up over Low Varra, there is nobody on the pond.
-> END

=== end_flood
{ on_dam:
    The sun comes up, and you have run out of time. With a crack, the lake wall opens. You hold on to the iron wheel and see the water come. It covers Low Varra. It breaks over the dam, and the boards under you begin to move. Below, the town is only waking up. The last thing you see is the open gate under your feet.
- else:
    The sun comes up, and you have run out of time. There is a crack, as loud as a cannon, and then a roar that does not stop. You turn around. A brown wall of water comes down the valley, higher than the bell tower. You run three steps. Then the pond has all its water back, and you are on the bottom of it.
}
-> END
