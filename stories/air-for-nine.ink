# title: Air for Nine
# genre: science fiction, survival
# tone: plain, tense, hopeful
# you: Ravi, the night cook of a mine on the moon
# remember: Nine people live in Copper Hill, and there is air until the morning bell.
# remember: Outside there is no air, only dust and stars.
# note: Copper Hill \| * \| a small mine on the moon; one long hall, thin walls, red lamps when the air is bad
# note: Dot \| Dot, robot \| a small round kitchen robot; polite, counts everything, has many drawers
# note: Olga \| Olga, mechanic \| the mechanic; big, gruff, fair, has a broken arm
# note: Jun \| Jun, driver \| the young driver; quick, honest, good with machines, has one sister
# note: Mei \| Mei, sister, truck \| a truck driver; calm, funny, sings when she is afraid
# note: Doctor Amina \| Amina, doctor \| the doctor; small, strict, believes only what she can see
# note: The air machine \| air machine, belt & !bread \| as big as a house; it cannot turn without its wide black belt
# note: The greenhouse \| greenhouse, plant, tomato \| a long glass room with two hundred tomato plants; its door closes tight
# note: The mail rocket \| rocket, mail, letter \| a small rocket with one seat; it flies home to Earth by itself
# author: The Brasslamp project
# licence: MIT

// A small complete adventure. Every choice can be offered again, because all that happens is kept in the variables
// below: between two choices the player may type anything, and the narrator answers without touching them.

VAR time = 0            // how much of the air is gone; it is over when it passes NIGHT
CONST NIGHT = 20

VAR bottle = false      // carried
VAR tools = false
VAR bread_belt = false
VAR belt = false        // the belt of the air machine

VAR asked_dot = false
VAR asked_bread = false
VAR bread_gone = false  // taken out of the bread machine
VAR asked_olga = false
VAR asked_mei = false
VAR told_mei = false
VAR looked_in = false
VAR knocked = false
VAR asked_jun = false
VAR ate = false
VAR read_letter = false
VAR searched = false

VAR knows_mei = false   // what you have learned
VAR knows_plants = false

VAR jun = 0             // 0 behind his door, 1 speaks with you, 2 gone with the air belt, 3 gone with the bread belt,
                        // 4 robbed by you, 5 has his sister back
VAR doctor = false      // awake
VAR moved = false       // the sleepers are in the greenhouse

-> start

// -------------------------------------------------------------- the kitchen

=== start
You are Ravi, and you cook in Copper Hill, a mine on the moon. At night you bake bread while the others sleep. Tonight the hum in the walls stops, and the lamps turn red. It has never been so quiet here.

Dot, the kitchen robot, rolls up to your feet. "The air machine stands still," says Dot. "There is air until the morning bell." An air bottle and a tool bag hang by the door. "Take one," says Dot. "Both are too heavy for a cook."
- (options)
+ {not asked_dot} [Ask Dot what happened]
    ~ asked_dot = true
    "I heard soft shoes in the hall at two o'clock," says Dot. "Then something was pulled off the air machine, and it stopped. It was the belt, I think. It cannot turn without a belt." Dot opens three drawers and shuts them again. "I have looked. I have only spoons."
    -> options
+ [Take the air bottle]
    ~ bottle = true
    You hang the air bottle on your back. It is cold and heavy, and its needle stands on full. Dot opens the kitchen door for you. "I will stay here and count the loaves," says Dot. "Somebody must."
    -> hall
+ [Take the tool bag]
    ~ tools = true
    You hang the tool bag over your shoulder. It clinks at each step. There is a hammer in it, and a wrench, and a long screwdriver. Dot opens the kitchen door for you. "I will stay here and count the loaves," says Dot.
    -> hall

=== kitchen
~ time++
{ time > NIGHT:
    -> end_air
}
{ kitchen == 1:
    The kitchen is still warm and smells of bread. The bread machine stands in its corner. Through a slit in its back you see a thin rubber belt around two small wheels. Six loaves lie on the table. Dot rolls up and down beside them and counts.
- else:
    {&You come back into the warm kitchen.|The kitchen door slides open for you.} The bread machine stands in its corner, with the thin belt inside. {&"There are still six loaves," says Dot.|Dot has put a cloth over the bread.|Dot rolls around your feet. "I have counted the spoons too," says Dot.}
}
- (options)
+ {tools and not bread_gone} [Open the bread machine with the tools]
    ~ bread_gone = true
    ~ bread_belt = true
    Four screws hold the back plate. You turn them out and pull the thin belt off its wheels. It is soft and smells of yeast. "Now there will be no bread tomorrow," says Dot. "I only say it because nobody else is awake."
    -> options
+ {not tools and not bread_gone} [Open the bread machine with a knife]
    ~ bread_gone = true
    ~ bread_belt = true
    ~ time = time + 2
    You put a bread knife under the back plate and lean on it. The knife bends. You take the next one. After the fourth knife the plate comes off, and you pull out the thin belt. Your hand bleeds a little, and a lot of time is gone. "Four knives," says Dot.
    -> options
+ {not asked_bread} [Ask Dot about the belt of the bread machine]
    ~ asked_bread = true
    "It is thinner than the other one," says Dot. "It pulls a spoon through dough all night and never tears. It could turn a small wheel for hours. A very big wheel would kill it." Dot's lamp blinks. "Please do not tell it that I said so."
    -> options
+ [Go out into the hall] -> hall

// ----------------------------------------------------------------- the hall

=== hall
~ time++
{ time > NIGHT:
    -> end_air
}
{ hall == 1:
    A long hall runs through Copper Hill. At its end is the room of the air machine. On the left are the radio room and the sick room. On the right are the greenhouse and the hangar, where the buggy stands. A ladder goes up to the mail rocket. Behind the other doors people sleep.
- else:
    {&You stand in the long hall again.|You are back in the hall, under the red lamps.|Your steps are loud in the empty hall.} {time > 15: {&You have to lean on the wall, and there are black spots before your eyes.|Each breath is short now, and your fingers are cold.|Your knees give way, and you pull yourself up by a pipe.}|{time > 9: {&The air is thick, and your head hurts.|You breathe fast, and your heart beats hard.|A cup falls over in one of the rooms, and nobody picks it up.}|{&The air clock on the wall ticks.|A pipe drips somewhere.|Behind a door, somebody snores.}}} {moved: {&The sleeping rooms stand open and empty.|Dot's wheels have left a long line on the floor.}|{jun == 2 or jun == 3: {&The buggy is gone, and the hangar is quiet.|Dust from the hangar lies on the floor.}|{&The doors on both sides are closed.|Something hums for a moment, and then it stops.|Far away, metal knocks on metal.}}}
}
- (options)
+ [Go to the air machine] -> machine
+ {not mei_is_safe()} [Go into the radio room] -> radio
+ {not moved} [Go into the sick room] -> sick
+ [Go into the greenhouse] -> greenhouse
+ {jun < 2} [Go to the hangar] -> hangar
+ {not bread_gone} [Go back to the kitchen] -> kitchen
+ {knows_mei and not mei_is_safe()} [Put on a suit and go outside] -> outside
+ [Climb up to the mail rocket] -> rocket

=== function mei_is_safe()
~ return jun == 2 or jun == 3 or jun == 5

=== machine
~ time++
{ time > NIGHT:
    -> end_air
}
{ machine == 1 and not moved:
    The air machine is as big as a house. Its great wheel stands still, and nothing goes around it. Olga the mechanic sits on the floor with one arm in a sling. Her face is gray. "The belt was not torn," she says. "Somebody took it off with care."
- else:
    {&You stand before the great wheel again.|The air machine is cold and silent.|Nothing moves in the machine room.} {moved: {&Olga's cup stands on the floor. It is quiet in here.|There is nobody in here now, and the red lamp is weak.}|{belt: "You have it!" says Olga, and she tries to stand up.|{&Olga looks up. "And?" she says.|Olga has shut her eyes. "I am not asleep," she says.|Olga presses her good hand on the wheel. "Bring me a belt," she says.}}}
}
- (options)
+ {belt} [Put the belt on the great wheel] -> fixed
+ {not asked_olga and not moved} [Ask Olga who took the belt]
    ~ asked_olga = true
    "Two people here know how to do that," says Olga. "I am one. Jun is the other, and I taught him." She tries to get up and sits down again. "He is a good boy. He would not do it for nothing. Go and look in the hangar, and do not shout at him."
    -> options
+ {bread_belt and not moved} [Try the bread belt on the great wheel]
    ~ bread_belt = false
    ~ time = time - 3
    You and Olga pull the thin belt over the great wheel. The machine coughs and begins to hum. Cool air blows into your face. Olga counts. At two hundred the belt smokes, and then it tears. "That gave us a little time," she says. "Now we need the real one."
    -> options
+ [Go back to the hall] -> hall

=== radio
~ time++
{ time > NIGHT:
    -> end_air
}
~ knows_mei = true
{ radio == 1:
    One yellow light blinks in the radio room. You put on the headset. A woman is singing a song about ducks, very quietly. "Hello?" she says. "This is Mei. My truck lies on its side in the Deep Pit. I have only a little air. Is that my brother? Is Jun coming?"
- else:
    {&You put the headset on again.|The yellow light still blinks.} {time > 12: {&You can hear Mei breathe, slowly and with long breaks. She does not answer you.|There is only a weak knock in the headset, three times, and then three times again.}|{&Mei sings the song about ducks from the beginning.|"I am still here," says Mei. "The seat is hard."|"I see one star from here," says Mei. "It is a good one."}}
}
- (options)
+ {not asked_mei} [Ask Mei how to reach her]
    ~ asked_mei = true
    "Follow the wheel tracks from the small door," says Mei. "It is not far on foot. But bring an air bottle for me, or you come for nothing. My brother wanted to take the buggy, but its belt broke yesterday. It is only a small belt, for small wheels." She coughs. "Is there bread?"
    -> options
+ {not told_mei} [Tell Mei that help will come]
    ~ told_mei = true
    "Good," says Mei. "Then I can stop singing. It uses air." It is quiet for a while. "You do not know how yet, do you?" she asks. "You are a bad liar, Ravi. But I like it that you said so." She turns her lamp off.
    -> options
+ [Go back to the hall] -> hall

// --------------------------------------------------------------- the hangar

=== hangar
~ time++
{ time > NIGHT:
    -> end_air
}
{ jun == 1:
    -> jun_talk
}
{ hangar == 1:
    The hangar door is shut and locked from inside. There is a small round window in it. A lamp moves about behind the glass. Somebody is at work there, quickly and alone. You hear a hammer, and then a bad word.
- else:
    {&You stand at the hangar door again.|The hangar door is still locked.} {&The lamp still moves behind the round window.|Something heavy falls down inside, and somebody kicks it.|The hammer stops, and then it goes on.}
}
- (options)
+ {not looked_in} [Look through the round window]
    ~ looked_in = true
    Jun the driver kneels beside the buggy. He pulls a wide black belt over its wheels. It is the belt of the air machine, and it is much too big. On the wall is the lever of the outer door. A sign says that one person must hold it while another drives out.
    -> options
+ {not knocked and not knows_mei} [Knock at the door]
    ~ knocked = true
    The hammer stops. "Nobody is here," calls a young man. You know the voice. It is Jun, the driver. "Go back to your bread, Ravi," he says. "I will bring it all back before breakfast." Then he turns on the radio, and a woman sings.
    -> options
+ {knows_mei} [Call through the door that you know about Mei] -> jun_opens
+ {tools} [Open the lock with the tools] -> jun_opens
+ [Go back to the hall] -> hall

=== jun_opens
~ jun = 1
{knows_mei: The hammer stops, and the door slides open.|You break the lock open with the wrench, and the door slides back.} Jun has oil on his face, and his eyes are red. "The belt of the buggy broke," he says. "My sister Mei lies in the pit, and she has air for an hour. You all have air until morning. I wanted to bring your belt back, Ravi. I swear it."
~ knows_mei = true
-> jun_talk.options

=== jun_talk
{&Jun lets you in and goes on with his work.|Jun stands beside the buggy and pulls at the wide belt.|Jun looks at the clock, and then at you.} {time > 12: "She has stopped singing," he says.|{&"The belt is too wide," he says. "But it will do, if I drive slowly."|He wipes his face and makes it blacker.|"I cannot hold the lever and drive," he says.}}
- (options)
+ {not asked_jun} [Ask Jun for the belt]
    ~ asked_jun = true
    "And what will Mei breathe?" asks Jun. He holds the belt with both hands. "Bring me another one, and you can have this. It need not be strong. The buggy has small wheels. Or hold the lever for me, and I will be back in two hours."
    -> options
+ {bread_belt} [Give Jun the bread belt] -> swap
+ [Hold the lever and let Jun drive] -> let_go
+ [Pull the belt out of his hands] -> grab
+ [Go back to the hall] -> hall

=== swap
~ jun = 3
~ belt = true
~ bread_belt = false
You hold out the thin belt. Jun puts it around the small wheels and turns them. It fits. "It smells of bread," he says, and he laughs. He lays the wide belt in your arms and jumps into the buggy. You close the inner door and hold the lever. The buggy rolls out into the dust.
-> hall.options

=== let_go
~ jun = 2
You close the inner door and hold the lever. The outer door goes up without a sound, and the buggy rolls out into the dust. The air belt goes with it. "Two hours!" says Jun over the radio. You look at the air clock. Two hours are too long. The sleepers need other air.
-> hall.options

=== grab
~ jun = 4
~ belt = true
You take hold of the belt and pull. Jun pulls too. He is young, but you have made dough by hand for twenty years. The belt comes free, and he falls against the buggy. He does not get up. He takes the radio and says something to his sister, very softly. You walk out with the belt.
-> hall.options

// ------------------------------------------- the sick room, the greenhouse

=== sick
~ time++
{ time > NIGHT:
    -> end_air
}
{ sick == 1:
    There are four white beds in the sick room. Doctor Amina sleeps on one of them, with a book on her face. A small air bottle stands under the bed. The air is worse here than in the hall. You call her name, and she does not move.
- else:
    {&You come into the sick room again.|The sick room is dark and smells of soap.} {doctor: {&Doctor Amina puts bottles into her bag.|Doctor Amina listens to her own heart and shakes her head.|"Are we ready?" asks Doctor Amina.}|{&Doctor Amina sleeps with her mouth open.|The book has fallen on the floor. The doctor has not heard it.}}
}
- (options)
+ {not doctor} [Wake the doctor]
    ~ doctor = true
    ~ knows_plants = true
    {bottle: You hold your air bottle to her nose. After three breaths she opens her eyes.|You shake her, and you pour water on her. It takes a long time.} "Who is ill?" she asks. You point at the red lamp. "Then we all are," says Doctor Amina. "Tomato plants make air. In the greenhouse, nine people can live until the ship comes. Help me to carry them."
    { not bottle:
        ~ time++
    }
    -> options
+ {doctor and not bottle and knows_mei and not mei_is_safe()} [Ask for the doctor's air bottle]
    ~ bottle = true
    "For Mei?" asks Doctor Amina. She thinks about it for one breath. Then she pulls the small bottle out from under the bed and hangs it around your neck. "The needle stands on half," she says. "Do not use any of it yourself. Do you hear me?"
    -> options
+ {doctor} [Carry the sleepers to the greenhouse] -> carry
+ [Go back to the hall] -> hall

=== carry
~ moved = true
~ time = time + 2
{ time > NIGHT:
    -> end_air
}
You and the doctor go from room to room. Some people can walk when you hold them. Commander Ruiz cannot, and he is the heaviest. Dot pulls two men on the bread cart. Olga comes last. Then they all lie between the tomato plants in the greenhouse and breathe. The door can be closed from inside.
-> greenhouse.options

=== greenhouse
~ time++
{ time > NIGHT:
    -> end_air
}
{ greenhouse == 1:
    The air in the greenhouse is warm and wet. Two hundred tomato plants stand in long rows under yellow lamps. Your head is clear again after a few breaths. A wheel on the inside of the door closes it tight. There is room for many people between the rows.
- else:
    {&You step into the warm greenhouse again.|The yellow lamps of the greenhouse hurt your eyes.} {moved: {&People lie in all the rows, and the doctor goes from one to the next.|Commander Ruiz sits up and asks for his shoes.|Olga leans on a water tank. "Go on," she says. "We can breathe here."}|{&Water drips from the leaves.|A ripe tomato falls down and rolls to your foot.|The leaves move a little, although there is no wind.}}
}
- (options)
+ {not ate} [Eat a tomato]
    ~ ate = true
    ~ knows_plants = true
    You bite into a red tomato. It is warm and sweet. Then you see a small sign with the words of Commander Ruiz on it. DO NOT EAT THE AIR, it says. You read it twice. These plants make air for all of Copper Hill, but only in this one room.
    -> options
+ {moved} [Close the greenhouse door from inside] -> end_door
+ [Go back to the hall] -> hall

// ------------------------------------------------------------------ outside

=== outside
~ time++
{ time > NIGHT:
    -> end_air
}
{&You close your helmet and step out of the small door.|You go out into the dust once more.} The ground is gray, and the sky is black. {&Your own breath is the only sound.|Your boots make no sound at all.} Deep wheel tracks lead away to the edge of a pit. {bottle: The air bottle hangs on your back.|Your suit has air for half an hour, and you have no bottle for Mei.}
- (options)
+ {bottle} [Follow the tracks with the air bottle] -> pit
+ {not bottle} [Follow the tracks without an air bottle] -> end_dust
+ [Go back inside] -> hall

=== pit
~ time++
You slide down into the Deep Pit on your back. The truck lies on its side, and its lamps are out. Mei sits behind the glass with her eyes shut. You push the hose of the bottle into her suit and turn it on. For a long time nothing happens. Then she opens one eye. "No bread?" she says.
- (options)
+ {not searched} [Look for a belt in the truck]
    ~ searched = true
    ~ time++
    You crawl around the truck with your lamp. The motor lies under stones as big as tables. You push at one of them, and it does not move. "It has a chain," says Mei over the radio. "It never had a belt. May we go home now?"
    -> options
+ [Lead Mei home] -> home

=== home
~ time++
{ time > NIGHT:
    -> end_walk
}
Mei leans on you, and you climb out of the pit together. You walk slowly, because each deep breath costs air. Jun sees you from the hangar and comes to the small door. He holds his sister and cannot speak. { jun == 4: "I have the belt," you say. "I know," says Jun. "Run."|Then he takes the wide belt out of the buggy and lays it in your arms. "Run," he says.}
~ jun = 5
~ belt = true
~ bottle = false
-> hall.options

=== rocket
~ time++
{ time > NIGHT:
    -> end_air
}
{ rocket == 1:
    You climb the ladder and open a round hatch. The mail rocket is very small. It has three sacks of letters, one seat and one green button. HOME, says the button. The air in here is fresh and cold. Below you the hall is red and silent.
- else:
    {&You climb up to the mail rocket again.|You open the round hatch once more.} The green button shines. {&The seat is just wide enough for you.|The air is so good that you sit down for a moment.}
}
- (options)
+ {not read_letter} [Read one of the letters]
    ~ read_letter = true
    The letter on top is from Olga to her mother. "I will not come home this year," it says. "They need me here. The food is good. The cook puts a raisin into my roll on Sundays, and he thinks that I do not know who does it." You fold it and put it back.
    -> options
+ [Press the green button] -> end_rocket
+ [Climb down to the hall] -> hall

// -------------------------------------------------------------- the endings

=== fixed
{moved: You pull the wide belt over the great wheel, inch by inch, until your hands bleed.|You and Olga pull the wide belt over the great wheel. She pulls with one hand and with her teeth.} Then you throw the switch. The wheel moves a little, and stops, and moves again. The hum comes back into the walls. All over Copper Hill the lamps turn white.
{ jun == 5:
    -> end_home
}
{ jun == 3:
    -> end_bread
}
-> end_eight

=== end_home
People come out into the hall with gray faces and ask what time it is. Mei sits on the kitchen table in a blanket and eats a whole loaf. Jun tells Commander Ruiz what he did, and he leaves nothing out. The commander looks at him for a long time. "Cook," he says at last, "give that boy some bread."
-> END

=== end_bread
People come out into the hall and hold their heads. An hour later the buggy rolls into the hangar. Two people climb out, and one of them is singing about ducks. "The belt held," says Jun. "It held up to the door." He gives you some bits of black rubber. There is no bread in Copper Hill that day. Nobody is angry.
-> END

=== end_eight
At seven the bell rings, and the people of Copper Hill come to breakfast. They never know how near it was. Jun does not come. In the radio room the yellow light has stopped blinking. At night you hear somebody in the hangar. He sings a song about ducks, very quietly. You stand at the door with a plate and do not knock.
-> END

=== end_door
You turn the wheel, and the door of the greenhouse closes tight. {jun == 5: Jun and Mei were the last to come in.|} All around you people breathe.
{ jun == 5:
    You sit down between the rows, and Dot counts to nine. Then Dot counts again, only because it is nice to do. At noon a ship comes down in the dust outside. By then there is not one tomato left.
    -> END
}
{ jun == 2 or jun == 3:
    Before morning two lamps come over the dust. Jun and Mei wave at you through the glass, and you let them in by the garden lock. Dot counts to nine. At noon a ship comes down. By then there is not one tomato left.
    -> END
}
-> end_seven

=== end_seven
Dot counts to seven and stops. "There should be nine," says Dot. You look through the glass. Far away in the hangar a lamp still burns. Nobody opened the outer door for Jun, and nobody went to the pit. Before morning the lamp goes out. At noon the ship comes. Seven people walk to it, one behind the other.
-> END

=== end_rocket
You press the green button. The rocket jumps, and Copper Hill becomes a small red light. Then you cannot see it any more. Three days later you float in a warm sea, and men in a boat pull you out. "How many people are still up there?" they ask. You look at your hands. There is flour on them.
-> END

=== end_dust
You walk fast along the tracks. The pit is further away than you thought. At last you see the truck below you, and Mei lifts a hand behind the glass. You have no air for her. Then a bell rings in your helmet, and you have no air for yourself. You sit down at the edge and wave back.
-> END

=== end_walk
Mei leans on you, and you climb out of the pit together. From the edge you can see Copper Hill. Its red lamps go out, one after the other. Mei sees it too. You share what is left in the bottle and walk to the small door. You knock for a long time. Nobody opens it.
-> END

=== end_air
You walk three more steps, and you cannot remember where you wanted to go. The floor is cool. You lie down on it, only for a moment. Somewhere a small robot calls your name and counts how often. In the kitchen the morning bell rings, and nobody in Copper Hill comes to breakfast.
-> END
