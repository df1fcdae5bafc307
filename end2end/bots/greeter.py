"""Greets whoever says something, and misses nobody: python3 greeter.py ws://127.0.0.1:3000/ws ROOM NAME"""
import asyncio, json, sys, uuid
from websockets import ConnectionClosed, connect

async def greet(url, room, username):
    # What it remembers when the connection is lost. The cursor is the last message it has answered.
    token = user = cursor = None
    async for socket in connect(url, subprotocols=["sarangbang.v1.json"]):
        async def ask(id, command):
            await socket.send(json.dumps({"command": {"id": id, "command": command}}))
        try:
            await socket.send(json.dumps({"hello": {"build": None, "token": token}}))
            await ask(0, {"resume": {"room": room, "cursor": cursor}} if cursor
                      else {"join": {"room": room, "username": username}})
            async for frame in socket:
                match json.loads(frame):
                    case {"ack": {"result": {"joined": joined}}}:
                        token, user, cursor = joined["token"], joined["user"], joined["snapshot"]["cursor"]
                        room = joined["snapshot"]["room"]
                    case {"ack": {"result": {"reset": snapshot}}}: cursor = snapshot["cursor"]
                    case {"ack": {"id": rev, "result": {"posted": _}}}: cursor["rev"] = rev
                    case {"refused": why}: print(why); await socket.close()  # to try again from the cursor
                    case {"batch": {"messages": messages}}:
                        for said in (said for said in messages if said["userId"] != user["id"]):
                            id = str(uuid.uuid5(uuid.UUID(said["id"]), user["id"]))  # the same at each try
                            await ask(said["rev"], {"message": {"room": room, "id": id, "text": f"안녕하세요, {said['username']}님!"}})
        except ConnectionClosed: continue

asyncio.run(greet(*sys.argv[1:]))
