// The ground: one large quad around the middle.
uniform mat4 u_camera;
uniform mat4 u_light;
uniform vec4 u_area;  // middle x, y, half side, height

out vec2 v_place;
out vec3 v_shadow;

const vec2 CORNERS[4] = vec2[4](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(1, 1));

void main() {
    vec2 place = u_area.xy + u_area.z * CORNERS[gl_VertexID];
    vec4 world = vec4(place, u_area.w, 1.0);
    v_place = place;
    v_shadow = (u_light * world).xyz;
    gl_Position = u_camera * world;
}
